import { mix, paint, shade } from '#scripts/drawing/colour.ts';
import type { Drawings } from '#scripts/drawing/drawings.ts';
import { grain } from '#scripts/drawing/pen.ts';
import {
  band,
  box,
  circle,
  closed,
  curve,
  ellipse,
  line,
  n,
  points,
  poly,
  turned,
} from '#scripts/drawing/shapes.ts';

export const outdoors: Drawings = {
  'waxed-rucksack': {
    tile: 'stone',
    draw(pen) {
      const canvas = paint.olive;
      pen.ground(200, 330, 112, 16);
      for (const strap of ['M108 128C62 170 66 260 96 304', 'M292 128C338 170 334 260 304 304']) {
        pen.stroke(strap, shade(paint.leather, -0.42), 15);
        pen.stroke(strap, shade(paint.leather, -0.1), 8);
      }
      pen.stroke('M176 72C176 36 224 36 224 72', shade(paint.leather, -0.25), 9);
      const sack = closed(
        '112 118!, 200 112, 288 118!, 300 200, 304 290, 294 326, 260 332, 140 332, 106 326, 96 290, 100 200, 112 118',
      );
      pen.fill(sack, pen.round(canvas));
      const roll = box(94, 64, 212, 62, 26);
      pen.cast(roll, 4);
      pen.fill(
        roll,
        pen.gradient({ 0: shade(canvas, 0.34), 0.4: shade(canvas, 0.05), 1: shade(canvas, -0.38) }, 90),
      );
      pen.stroke('M104 82H296', shade(canvas, 0.4), 1.5, { opacity: 0.5 });
      const pocket = box(126, 218, 148, 96, 14);
      pen.cast(pocket, 4);
      pen.fill(pocket, pen.round(shade(canvas, 0.06)));
      pen.stroke(box(131, 223, 138, 86, 10), shade(canvas, 0.45), 1.3, {
        'stroke-dasharray': '4 3.4',
        opacity: 0.8,
      });
      const flap = closed('122 214!, 278 214!, 276 240, 252 254, 200 260, 148 254, 124 240');
      pen.cast(flap, 3);
      pen.fill(flap, pen.round(shade(canvas, -0.08)));
      for (const x of [142, 234]) {
        const strap = box(x, 60, 24, 150, 5);
        pen.cast(strap, 3);
        pen.fill(
          strap,
          pen.gradient({
            0: shade(paint.leather, -0.15),
            0.35: shade(paint.leather, 0.28),
            1: shade(paint.leather, -0.3),
          }),
        );
        pen.stroke(box(x - 3, 146, 30, 22, 3), shade(paint.brass, -0.3), 5);
        pen.stroke(box(x - 3, 146, 30, 22, 3), shade(paint.brass, 0.35), 2.2);
        pen.stroke(line(x + 12, 150, x + 12, 166), shade(paint.brass, 0.1), 3);
        for (const y of [182, 194]) pen.fill(circle(x + 12, y, 2), '#4d2c15');
      }
      pen.fill(box(190, 242, 20, 34, 5), pen.round(paint.leather));
      pen.fill(circle(200, 264, 5), pen.flat(paint.brass, 0.45));
    },
  },

  'steel-flask': {
    tile: 'sage',
    draw(pen) {
      pen.ground(200, 330, 54);
      const body = turned(200, '40 122!, 53 142, 56 176, 56 316, 52 328!, 50 330');
      pen.fill(body, pen.round(paint.moss));
      pen.inside(body, () => pen.fill('M140 308H260V345H140Z', pen.metal(paint.steel)));
      pen.stroke(band(200, 308, 56), shade(paint.moss, -0.5), 1.2);
      pen.fill(turned(200, '40 108, 40 124'), pen.metal(paint.steel));
      pen.fill(turned(200, '32 56!, 38 62, 41 112'), pen.metal(shade(paint.steel, 0.1)));
      pen.fill(
        ellipse(200, 56, 32),
        pen.gradient({ 0: shade(paint.steel, 0.7), 1: shade(paint.steel, -0.08) }),
      );
      pen.stroke(band(200, 100, 40.5), shade(paint.steel, -0.5), 1.4);
      const loop = 'M238 78C268 70 276 116 252 128';
      pen.stroke(loop, shade(paint.leather, -0.3), 8);
      pen.stroke(loop, shade(paint.leather, 0.1), 3.6);
      pen.stroke('M166 164V296', '#f8ffe8', 7, { opacity: 0.3 });
    },
  },

  'pocket-knife': {
    tile: 'blush',
    draw(pen) {
      const turn = 'rotate(-28 200 200)';
      const blade = closed('206 186!, 300 176, 352 178, 386 196!, 340 214, 280 219, 206 216!');
      const handle = closed(
        '18 214, 42 190, 110 178, 170 182, 212 180!, 212 222!, 160 222, 100 226, 50 238, 24 240',
      );
      pen.cast(blade, 7, turn);
      pen.cast(handle, 11, turn);
      pen.group({ transform: turn }, () => {
        pen.fill(
          blade,
          pen.gradient({ 0: '#8b9193', 0.4: '#d2d7d6', 0.74: '#aab0b0', 0.76: '#f1f3f1', 1: '#d5d9d8' }, 90),
        );
        pen.stroke('M232 187C280 180 320 178 346 183', '#6d7476', 2.6, { opacity: 0.7 });
        pen.fill(handle, pen.lit(paint.beech, 90));
        pen.inside(handle, () => {
          for (const y of [196, 206, 216, 226])
            pen.stroke(curve(`20 ${y + 10}, 90 ${y - 4}, 150 ${y}, 215 ${y - 4}`), grain(paint.beech), 1.2, {
              opacity: 0.5,
            });
          pen.fill(box(0, 170, 40, 90), shade(paint.beech, -0.1), { opacity: 0.3 });
        });
        pen.fill(box(184, 177, 32, 48, 5), pen.metal(paint.steel, 90));
        pen.stroke(line(196, 178, 196, 224), shade(paint.steel, -0.55), 2);
        pen.fill(circle(168, 202, 4), pen.flat(paint.steel, 0.4));
      });
    },
  },

  'hand-trowel': {
    tile: 'linen',
    draw(pen) {
      const turn = 'rotate(42 200 200)';
      const blade = closed(
        '164 162, 166 100, 184 44, 200 20!, 216 44, 234 100, 236 162, 220 184, 200 188, 180 184, 164 162',
      );
      const handle = closed(
        '189 250!, 186 284, 184 330, 188 366, 200 374, 212 366, 216 330, 214 284, 211 250!',
      );
      pen.cast(blade, 8, turn);
      pen.cast(handle, 9, turn);
      pen.group({ transform: turn }, () => {
        pen.stroke('M200 366C180 398 222 400 202 366', paint.leather, 4.5);
        pen.fill(box(193, 172, 14, 84, 6), pen.metal('#7d8284'));
        pen.fill(
          blade,
          pen.gradient({
            0: '#5b6062',
            0.3: '#9aa0a1',
            0.49: '#c7cccb',
            0.52: '#6d7375',
            0.8: '#878d8f',
            1: '#4a4f51',
          }),
        );
        pen.fill(closed('176 92, 186 48, 200 22!, 214 48, 224 92, 200 76'), '#e8ecea', { opacity: 0.45 });
        for (let y = 92; y <= 152; y += 12)
          pen.stroke(line(214, y, 226, y), '#3d4244', 1.6, { opacity: 0.7 });
        pen.fill(handle, pen.round(paint.ash));
        for (const x of [194, 201, 207])
          pen.stroke(curve(`${x} 254, ${x - 2} 310, ${x + 1} 368`), grain(paint.ash), 1.1, { opacity: 0.5 });
        pen.fill(box(187, 232, 26, 34, 4), pen.metal('#8a8f91'));
        pen.fill(circle(199, 250, 3.4), shade(paint.steel, 0.5));
      });
    },
  },

  'watering-can': {
    tile: 'mist',
    draw(pen) {
      const zinc = paint.zinc;
      pen.ground(234, 313, 78);
      pen.group({ transform: 'translate(16 16) scale(0.94)' }, () => {
        pen.stroke('M262 140C356 84 386 228 306 280', shade(zinc, -0.35), 13);
        pen.stroke('M262 138C352 84 380 224 304 278', shade(zinc, 0.3), 5);
        pen.stroke('M190 142C196 84 270 84 276 142', shade(zinc, -0.35), 10);
        pen.stroke('M190 140C196 82 270 82 274 138', shade(zinc, 0.3), 4);
        const spout = poly('150 300, 150 256, 66 132, 54 140');
        pen.fill(spout, pen.lit(zinc, 30));
        pen.stroke(line(98, 190, 166, 178), shade(zinc, -0.25), 6);
        pen.fill(turned(232, '78 144!, 82 220, 84 312!, 80 318'), pen.metal(zinc));
        for (const y of [166, 292]) {
          pen.stroke(band(232, y, y < 200 ? 79 : 83.5), shade(zinc, -0.4), 3, { opacity: 0.6 });
          pen.stroke(band(232, y - 3, y < 200 ? 79 : 83.5), shade(zinc, 0.6), 1.6, { opacity: 0.7 });
        }
        pen.fill(ellipse(232, 144, 78), shade(zinc, 0.4));
        pen.fill(ellipse(232, 145.5, 73, 13.5), pen.gradient({ 0: '#4d5353', 1: '#8e9595' }));
        pen.fill('M159 145.5A73 13.5 0 0 1 305 145.5C280 132 190 132 159 145.5Z', shade(zinc, 0.2));
        pen.group({ transform: 'rotate(-34 60 136)' }, () => {
          pen.fill(turned(60, '36 92!, 30 106, 10 138, 9 144', 0.3), pen.metal(paint.brass));
          pen.fill(ellipse(60, 92, 36, 11), pen.flat(paint.brass, 0.35));
          for (const [x, y] of points('40 91, 50 87, 62 85.5, 74 88, 82 92, 48 95, 60 92, 71 96, 58 99'))
            pen.fill(ellipse(x, y, 2, 1), '#5e4716');
        });
      });
    },
  },

  'folding-stool': {
    tile: 'sand',
    draw(pen) {
      pen.group({ opacity: 0.6 }, () => pen.ground(204, 326, 100, 18));
      const leg = (x1: number, y1: number, x2: number, y2: number, tone: number) => {
        const [dx, dy] = [y2 - y1, x1 - x2];
        const length = Math.hypot(dx, dy);
        const [ox, oy] = [(dx / length) * 9, (dy / length) * 9];
        const shape = poly(
          `${x1 + ox} ${y1 + oy}, ${x2 + ox * 0.75} ${y2 + oy * 0.75}, ${x2 - ox * 0.75} ${y2 - oy * 0.75}, ${x1 - ox} ${y1 - oy}`,
        );
        pen.fill(
          shape,
          pen.gradient({ 0: shade(paint.beech, 0.25 + tone), 1: shade(paint.beech, -0.25 + tone) }),
        );
        pen.fill(ellipse(x2, y2, 6.8, 3), shade(paint.beech, -0.4 + tone));
      };
      leg(206, 116, 192, 312, -0.28);
      leg(292, 138, 122, 336, -0.06);
      leg(106, 138, 286, 338, 0.02);
      pen.fill(circle(199, 246, 10), pen.flat(paint.brass, 0.4));
      pen.fill(circle(199, 246, 4.5), shade(paint.brass, -0.4));
      const seat = closed(
        '84 140, 92 124, 150 118, 206 98, 262 118, 310 124, 316 140, 292 158, 200 190, 108 158, 84 140',
      );
      const under = closed('84 142, 108 172, 200 204, 292 172, 316 142, 200 150');
      pen.fill(under, shade(paint.leather, -0.5));
      pen.fill(seat, pen.lit(paint.leather, 50));
      pen.inside(seat, () =>
        pen.fill(ellipse(200, 152, 82, 26), '#3c2009', { opacity: 0.22, filter: pen.blur(9) }),
      );
      pen.stroke(
        curve('98 140, 116 153, 200 181, 284 153, 303 139'),
        mix(paint.leather, '#ffe7c8', 0.6),
        1.8,
        { 'stroke-dasharray': `${n(5)} 4`, opacity: 0.9 },
      );
      for (const [x, y] of points('104 136, 296 136, 206 110'))
        pen.fill(circle(x, y, 4), pen.flat(paint.brass, 0.45));
    },
  },
};
