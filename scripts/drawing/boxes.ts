import { paint, shade } from '#scripts/drawing/colour.ts';
import type { Drawings } from '#scripts/drawing/drawings.ts';
import { grain, type Pen } from '#scripts/drawing/pen.ts';
import {
  band,
  box,
  circle,
  closed,
  curve,
  ellipse,
  line,
  points,
  poly,
  turned,
} from '#scripts/drawing/shapes.ts';

/** Care, the second half: what holds things. */
export const boxes: Drawings = {
  'shoe-care-tin': {
    tile: 'linen',
    draw(pen) {
      const turn = 'rotate(-9 200 200)';
      const tin = box(52, 92, 296, 212, 24);
      pen.cast(tin, 13, turn);
      pen.group({ transform: turn }, () => {
        pen.fill(tin, pen.gradient({ 0: '#3d4f76', 0.5: paint.night, 1: '#1c2740' }, 50));
        pen.stroke(box(54, 94, 292, 208, 22), '#8f9dbb', 2, { opacity: 0.6 });
        const inside = box(64, 104, 272, 188, 15);
        pen.fill(inside, pen.gradient({ 0: '#6f6048', 0.25: '#a08a68', 1: '#c7b08a' }, 50));
        pen.inside(inside, () => {
          // The cloth, folded under the brush.
          pen.fill(poly('206 196, 336 180, 336 300, 212 300'), pen.flat('#e9c15c', 0.14));
          for (const x of [238, 276, 312])
            pen.stroke(line(x, 186, x + 6, 300), '#a47c22', 3, { opacity: 0.35 });
        });
        const brush = box(78, 118, 176, 68, 30);
        pen.cast(box(80, 122, 176, 72, 30), 7);
        pen.fill(box(82, 128, 168, 66, 28), '#33261d');
        const hairs = Array.from({ length: 17 }, (_, i) => line(104 + i * 8, 186, 104 + i * 8, 193.5));
        pen.stroke(hairs.join(''), '#6b5443', 2);
        pen.fill(brush, pen.lit(paint.beech, 80));
        for (const y of [138, 152, 166])
          pen.stroke(curve(`90 ${y}, 140 ${y - 4}, 200 ${y + 3}, 244 ${y}`), grain(paint.beech), 1.2, {
            opacity: 0.5,
          });
        pot(pen, 120, 244, 38);
        pen.castLine(line(196, 268, 300, 234), 12, 5);
        pen.stroke(line(196, 268, 274, 243), shade(paint.beech, -0.15), 12);
        pen.stroke(line(196, 266, 274, 241), shade(paint.beech, 0.3), 4);
        pen.fill(circle(291, 237, 22), '#2e221a');
        pen.stroke(circle(291, 237, 16), '#6b5443', 3, { 'stroke-dasharray': '2 3' });
        pen.stroke(circle(291, 237, 8), '#6b5443', 3, { 'stroke-dasharray': '2 3' });
      });
    },
  },

  'steel-toolbox': {
    tile: 'stone',
    draw(pen) {
      const blue = paint.cobalt;
      pen.ground(202, 312, 152, 18);
      const front = poly('52 196, 330 196, 330 314, 52 314');
      pen.fill(
        poly('330 196, 366 176, 366 290, 330 314'),
        pen.gradient({ 0: shade(blue, -0.32), 1: shade(blue, -0.5) }, 90),
      );
      pen.fill(front, pen.flat(blue, 0.16));
      for (const y of [252, 262]) {
        pen.stroke(line(64, y, 318, y), shade(blue, -0.38), 3, { opacity: 0.7 });
        pen.stroke(line(64, y - 2, 318, y - 2), shade(blue, 0.5), 1.2, { opacity: 0.6 });
      }
      pen.fill(poly('324 138, 360 122, 368 178, 336 198'), shade(blue, -0.42));
      pen.fill(poly('60 138, 96 120, 360 120, 324 138'), shade(blue, 0.42));
      pen.fill(
        poly('60 138, 324 138, 338 199, 46 199'),
        pen.gradient({ 0: shade(blue, 0.3), 0.5: shade(blue, 0.04), 1: shade(blue, -0.22) }, 80),
      );
      pen.stroke(line(48, 198, 336, 198), shade(blue, -0.5), 2.4);
      pen.stroke(line(62, 140, 322, 140), shade(blue, 0.65), 1.6, { opacity: 0.8 });
      pen.stroke('M140 128C140 74 262 74 262 128', shade(paint.steel, -0.35), 10);
      pen.stroke('M140 126C140 72 262 72 260 124', shade(paint.steel, 0.6), 3);
      for (const x of [130, 252]) pen.fill(box(x, 122, 20, 14, 3), pen.metal(paint.steel));
      for (const x of [104, 258]) {
        pen.fill(box(x, 186, 30, 46, 4), '#1e2440', { opacity: 0.3, transform: 'translate(3 4)' });
        pen.fill(box(x, 184, 30, 46, 4), pen.metal(paint.steel));
        pen.fill(box(x + 9, 194, 12, 16, 3), shade(paint.steel, -0.45));
        pen.stroke(line(x + 4, 222, x + 26, 222), shade(paint.steel, -0.45), 2);
      }
      for (const [x, y] of points('60 206, 322 206, 60 304, 322 304'))
        pen.fill(circle(x, y, 2.6), shade(blue, 0.4));
    },
  },

  'willow-basket': {
    tile: 'mist',
    draw(pen) {
      const outline = turned(200, '134 168!, 126 230, 104 312!, 100 320');
      pen.ground(200, 318, 110);
      for (const [x, bend] of points('64 -1, 336 1')) {
        const handle = `M${x + bend * 2} 190C${x + bend * 26} 128 ${x - bend * 26} 128 ${x - bend * 18} 176`;
        pen.stroke(handle, shade(paint.willow, -0.45), 13);
        pen.stroke(handle, shade(paint.willow, 0.12), 7, {
          'stroke-dasharray': '7 3',
          'stroke-linecap': 'butt',
        });
      }
      pen.fill(outline, shade(paint.willow, -0.35));
      pen.inside(outline, () => {
        const weave = pen.pattern(28, 16, () => {
          for (const [x, y] of points('0 4, 14 12, -28 4, 28 4, -14 12')) {
            pen.stroke(`M${x + 2} ${y}Q${x + 14} ${y - 4} ${x + 26} ${y}`, paint.willow, 6);
            pen.stroke(
              `M${x + 5} ${y - 2.4}Q${x + 14} ${y - 5} ${x + 22} ${y - 2.4}`,
              shade(paint.willow, 0.4),
              1.4,
            );
          }
        });
        pen.group({ transform: 'translate(0 4)' }, () => pen.fill(box(50, 150, 300, 200), weave));
        for (let i = -4; i <= 4; i += 1)
          pen.stroke(
            curve(`${200 + i * 32} 160, ${200 + i * 30} 230, ${200 + i * 24} 340`),
            shade(paint.willow, -0.3),
            3,
            { opacity: 0.4 },
          );
        pen.fill(
          outline,
          pen.gradient({ 0: '#3a22074c', 0.28: '#fff6dc40', 0.55: '#fff6dc00', 1: '#2b180480' }),
        );
      });
      pen.fill(ellipse(200, 168, 134), shade(paint.willow, -0.5));
      // The washing inside: what is below the front of the rim is hidden by it.
      pen.inside('M66 0H334V168A134 27 0 0 1 66 168Z', () => {
        pen.fill(
          closed('96 172, 124 136, 168 122, 214 130, 262 124, 300 148, 312 176, 200 196'),
          pen.gradient({ 0: '#fbf7ee', 0.6: '#e8e0d0', 1: '#bfb39e' }, 50),
        );
        for (const fold of [
          'M150 132C164 150 160 166 168 180',
          'M232 130C222 148 232 164 226 180',
          'M268 130C276 148 272 160 280 172',
        ])
          pen.stroke(fold, '#a89a80', 4, { opacity: 0.4, filter: pen.blur(1.5) });
      });
      for (const [y, r] of points('170 134, 178 133')) {
        pen.stroke(band(200, y, r), shade(paint.willow, -0.45), 9);
        pen.stroke(band(200, y - 1, r), shade(paint.willow, 0.2), 6, {
          'stroke-dasharray': '10 2.5',
          'stroke-linecap': 'butt',
        });
      }
    },
  },
};

/** A round pot of wax, open, from above. */
function pot(pen: Pen, x: number, y: number, r: number): void {
  pen.cast(circle(x, y, r), 5);
  pen.fill(circle(x, y, r), pen.gradient({ 0: '#f0f2ef', 0.5: paint.steel, 1: '#7f8584' }, 50));
  pen.fill(circle(x, y, r - 5), '#5f4a2c');
  pen.fill(circle(x + 0.5, y + 1, r - 6.5), pen.flat('#b98c4a', 0.22));
  pen.stroke(`M${x - 18} ${y + 6}A20 20 0 0 1 ${x + 12} ${y - 15}`, '#ecd09a', 4, { opacity: 0.6 });
}
