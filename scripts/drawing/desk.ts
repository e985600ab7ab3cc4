import { paint, shade } from '#scripts/drawing/colour.ts';
import type { Drawings } from '#scripts/drawing/drawings.ts';
import { grain, type Pen } from '#scripts/drawing/pen.ts';
import { box, circle, closed, curve, line, poly } from '#scripts/drawing/shapes.ts';

export const desk: Drawings = {
  'brass-pen': {
    tile: 'mist',
    draw(pen) {
      const turn = 'rotate(-40 200 200)';
      const barrel = closed('92 191, 340 191, 350 195, 350 205, 340 209, 92 209!, 60 203!, 60 197!, 92 191!');
      pen.stroke(
        curve('96 322, 122 298, 140 304, 128 326, 148 334, 178 306, 196 312, 190 332, 214 334, 262 306'),
        paint.cobalt,
        3.4,
      );
      pen.cast(barrel, 10, turn);
      pen.group({ transform: turn }, () => {
        pen.fill(poly('60 196.5, 42 199, 42 201, 60 203.5'), pen.metal(paint.steel, 90));
        pen.fill(barrel, pen.metal(paint.brass, 90));
        pen.stroke(line(262, 188.5, 262, 211.5), shade(paint.brass, -0.5), 1.6);
        pen.stroke(line(340, 188.5, 340, 211.5), shade(paint.brass, -0.5), 1.2);
        const grip = Array.from({ length: 11 }, (_, i) => line(104 + i * 4.5, 188.5, 104 + i * 4.5, 211.5));
        pen.stroke(grip.join(''), shade(paint.brass, -0.45), 1, { opacity: 0.7 });
      });
    },
  },

  'clothbound-notebook': {
    tile: 'sand',
    draw(pen) {
      notebook(pen, 'rotate(9 200 200) translate(22 6)', paint.ochre);
      notebook(pen, 'rotate(-8 200 200) translate(-16 -4)', paint.spruce);
    },
  },

  'paper-scissors': {
    tile: 'blush',
    draw(pen) {
      pen.group({ transform: 'rotate(-6 200 200)' }, () => {
        half(pen, 'rotate(15 200 208)', -1);
        half(pen, 'rotate(-15 200 208)', 1);
        pen.fill(circle(200, 208, 9), pen.flat(paint.steel, 0.5));
        pen.stroke(line(195, 211, 205, 205), shade(paint.steel, -0.5), 2);
      });
    },
  },

  'oak-desk-tray': {
    tile: 'sage',
    draw(pen) {
      const turn = 'rotate(-16 200 200)';
      const tray = box(44, 138, 312, 128, 30);
      pen.cast(box(46, 144, 312, 128, 30), 9, turn);
      pen.group({ transform: turn }, () => {
        pen.fill(box(46, 145, 312, 128, 30), shade(paint.oak, -0.36));
        pen.fill(tray, pen.flat(paint.oak, 0.2));
        pen.inside(tray, () => {
          for (const y of [148, 160, 178, 203, 226, 243, 256]) {
            pen.stroke(curve(`40 ${y}, 130 ${y + 5}, 240 ${y - 4}, 360 ${y + 3}`), grain(paint.oak), 1.3, {
              opacity: 0.45,
            });
          }
        });
        pen.stroke(box(46, 140, 308, 124, 28), shade(paint.oak, 0.5), 1.6, { opacity: 0.7 });
        hollow(pen, 60, 154, 62, 96);
        hollow(pen, 134, 154, 206, 42);
        hollow(pen, 134, 208, 206, 42);
        // A key in the first hollow, a pencil in the second.
        pen.castLine('M91 186V226', 5, 2);
        pen.stroke(circle(91, 180, 11), shade(paint.brass, -0.15), 6);
        pen.stroke(circle(90.5, 179.5, 11), shade(paint.brass, 0.3), 2.4);
        pen.stroke('M91 192V232M91 222h9M91 231h7', shade(paint.brass, -0.05), 5, {
          'stroke-linecap': 'butt',
        });
        pen.cast(box(150, 171, 168, 11), 3);
        pen.fill(box(166, 169, 154, 11), pen.lit(paint.cobalt, 90));
        pen.fill(poly('166 169, 148 174.5, 166 180'), shade(paint.ash, 0.1));
        pen.fill(poly('154 172.7, 148 174.5, 154 176.4'), paint.ink);
      });
    },
  },

  'tape-dispenser': {
    tile: 'stone',
    draw(pen) {
      pen.ground(204, 300, 124, 20);
      const roll = circle(236, 186, 66);
      pen.fill(roll, pen.gradient({ 0: '#f1dfae', 0.5: '#dcc07c', 1: '#a98847' }, 50));
      for (const r of [60, 52, 44]) pen.stroke(circle(236, 186, r), '#b8985a', 1, { opacity: 0.5 });
      pen.fill(circle(236, 186, 38), pen.flat('#6b5a3c', 0.2));
      pen.fill(circle(236, 186, 30), pen.flat(paint.brass, 0.4));
      pen.fill(circle(236, 186, 10), pen.flat(paint.brass, -0.35));
      const body = closed(
        '76 302!, 72 262, 78 218!, 96 206!, 108 222, 140 236, 186 226, 206 190!, 266 190!, 292 236, 328 262, 336 302!',
      );
      pen.fill('M86 206C128 158 160 128 208 126L210 133C166 136 134 164 94 211Z', '#e9d59b', {
        opacity: 0.8,
      });
      pen.fill(body, pen.gradient({ 0: '#5d5f5e', 0.4: '#434544', 1: '#232524' }, 60));
      pen.stroke('M80 256C80 240 82 230 86 222', '#9a9d9b', 3, { opacity: 0.6 });
      pen.stroke('M270 198C290 240 318 258 328 268', '#8b8e8c', 2.4, { opacity: 0.5 });
      pen.stroke(circle(236, 190, 9), shade(paint.brass, -0.2), 5);
      pen.fill(circle(236, 190, 7), pen.flat(paint.brass, 0.5));
      pen.fill('M74 216L98 202L102 208L78 224Z', pen.metal(paint.steel, 40));
      pen.stroke('M74 216l4-6 4 1 4-6 4 1 4-6 4 2', shade(paint.steel, 0.2), 2.2);
      pen.fill(box(80, 298, 252, 7, 3), '#7c6f5d');
    },
  },

  'quiet-desk-clock': {
    tile: 'linen',
    draw(pen) {
      pen.ground(204, 306, 74, 13);
      for (const side of [-1, 1])
        pen.stroke(
          line(200 + side * 44, 284, 200 + side * 58, 306),
          shade(paint.brass, side < 0 ? 0 : -0.3),
          9,
        );
      pen.fill(circle(208, 194, 113), shade(paint.spruce, -0.45));
      pen.fill(circle(200, 190, 113), pen.lit(paint.spruce, 50));
      pen.fill(circle(200, 190, 99), shade(paint.spruce, -0.5));
      pen.fill(circle(200, 191, 97), pen.gradient({ 0: '#e6ddca', 0.25: '#f8f3e7', 1: '#fdfaf2' }, 50));
      for (let hour = 0; hour < 12; hour += 1) {
        const long = hour % 3 === 0;
        pen.stroke(line(200, 191 - (long ? 70 : 78), 200, 191 - 87), paint.ink, long ? 5 : 2.6, {
          transform: `rotate(${hour * 30} 200 191)`,
          'stroke-linecap': 'butt',
        });
      }
      pen.castLine('M200 191L148 160M200 191L238 132', 6, 3);
      pen.stroke(line(210, 197, 150, 161), paint.ink, 8);
      pen.stroke(line(192, 203, 240, 130), paint.ink, 5.5);
      pen.stroke(line(193, 168, 214, 262), paint.rust, 2.2);
      pen.fill(circle(200, 191, 7), paint.rust);
      pen.fill('M118 150A92 92 0 0 1 226 103C190 128 150 150 112 206A92 92 0 0 1 118 150Z', '#ffffff', {
        opacity: 0.35,
      });
    },
  },
};

/** A book that lies closed: cloth spine at the left, ribbon hanging out below. */
function notebook(pen: Pen, turn: string, colour: string): void {
  const cover = box(112, 76, 176, 246, 7);
  pen.cast(cover, 9, turn);
  pen.group({ transform: turn }, () => {
    pen.fill('M232 318h9l-1 34-4-6-6 5Z', pen.flat(paint.rust));
    pen.fill(box(116, 82, 177, 245, 7), shade(colour, -0.45));
    pen.fill(box(116, 80, 174, 243, 5), paint.paper);
    for (const y of [321.5, 323]) pen.stroke(line(120, y, 288, y), '#cbbd9f', 0.7);
    pen.fill(cover, pen.flat(colour, 0.17));
    pen.fill(
      'M119 76H148V322H119a7 7 0 0 1-7-7V83a7 7 0 0 1 7-7Z',
      pen.gradient({ 0: shade(colour, -0.2), 0.4: shade(colour, -0.02), 1: shade(colour, -0.34) }),
    );
    pen.stroke(line(148, 77, 148, 321), shade(colour, -0.5), 1, { opacity: 0.5 });
    pen.fill(box(186, 118, 62, 40, 2), shade(paint.paper, -0.04));
    pen.stroke(line(194, 133, 240, 133), '#b8a988', 1.4);
    pen.stroke(line(194, 145, 226, 145), '#b8a988', 1.4);
  });
}

/** One half of a pair of scissors, upright, its bow on the given side. */
function half(pen: Pen, turn: string, side: 1 | -1): void {
  const x = (offset: number) => 200 + side * offset;
  const blade = closed(`${x(-9)} 224!, ${x(-10)} 120, ${x(1)} 34!, ${x(10)} 110, ${x(9)} 224!`);
  const shank = closed(
    `${x(-10)} 196!, ${x(10)} 196!, ${x(14)} 240, ${x(24)} 276, ${x(10)} 286, ${x(-4)} 250`,
  );
  const bow = `M${x(12)} 270C${x(-18)} 292 ${x(-14)} 352 ${x(22)} 356C${x(58)} 358 ${x(58)} 296 ${x(34)} 278C${x(26)} 272 ${x(18)} 268 ${x(12)} 270Z`;
  pen.cast(blade, 8, turn);
  pen.group({ transform: turn }, () => {
    pen.castLine(bow, 13, 7);
    pen.fill(blade, pen.gradient({ 0: '#e9ecea', 0.48: '#c3c8c7', 0.52: '#8d9394', 1: '#b4b9b9' }));
    pen.fill(shank, pen.gradient({ 0: '#4c4d4f', 1: '#252628' }));
    pen.stroke(bow, '#2b2c2e', 14);
    pen.stroke(bow, '#66686b', 3, { transform: 'translate(-3 -3)', opacity: 0.7 });
  });
}

/** A milled hollow: the near wall in the light, the far one in the shade. */
function hollow(pen: Pen, x: number, y: number, width: number, height: number): void {
  const edge = box(x, y, width, height, 19);
  pen.fill(
    edge,
    pen.gradient({ 0: shade(paint.oak, -0.4), 0.3: shade(paint.oak, -0.18), 1: shade(paint.oak, 0.16) }, 60),
  );
  pen.fill(box(x + 6, y + 6, width - 10, height - 10, 14), shade(paint.oak, -0.1));
  pen.stroke(edge, shade(paint.oak, 0.4), 1, { opacity: 0.6 });
}
