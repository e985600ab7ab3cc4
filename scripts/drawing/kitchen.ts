import { paint, shade } from '#scripts/drawing/colour.ts';
import type { Drawings } from '#scripts/drawing/drawings.ts';
import { grain } from '#scripts/drawing/pen.ts';
import { band, box, circle, closed, curve, ellipse, line, points, turned } from '#scripts/drawing/shapes.ts';

export const kitchen: Drawings = {
  'stoneware-mug': {
    tile: 'sage',
    draw(pen) {
      const body = turned(186, '82 128, 84 190, 82 246, 74 280, 60 296!, 57 304');
      pen.ground(186, 304, 66);
      const handle = 'M262 164C330 152 338 256 254 250';
      pen.stroke(handle, shade(paint.chalk, -0.26), 19, { 'stroke-linecap': 'butt' });
      pen.stroke('M260 161C326 150 333 250 254 246', shade(paint.chalk, -0.06), 9, {
        'stroke-linecap': 'butt',
      });
      pen.fill(body, pen.round(paint.chalk));
      // The foot is left unglazed: the clay shows.
      pen.inside(body, () => {
        pen.fill('M90 290A96 20 0 0 0 282 290V330H90Z', pen.round('#b59473'));
        for (const [x, y] of speckles) pen.fill(circle(x, y, 1.3), '#7d6a55', { opacity: 0.55 });
      });
      pen.fill(ellipse(186, 128, 82), shade(paint.chalk, 0.5));
      pen.fill(ellipse(186, 129.5, 76, 14), pen.gradient({ 0: '#a9977e', 1: '#e9e0d0' }));
      pen.inside(ellipse(186, 129.5, 76, 14), () => {
        pen.fill(ellipse(186, 139, 72, 13), pen.gradient({ 0: '#3d2617', 1: '#6d4526' }));
        pen.stroke(band(186, 139, 66, -0.17), '#9b6a40', 1.5, { opacity: 0.7 });
      });
    },
  },

  'carbon-steel-pan': {
    tile: 'sand',
    draw(pen) {
      const handle = closed('206 176, 246 139, 300 88, 338 50, 354 48, 356 64, 318 106, 262 158, 224 196');
      const pan = circle(160, 232, 112);
      pen.cast(handle, 12);
      pen.cast(pan, 12);
      pen.fill(pan, pen.gradient({ 0: '#77787a', 0.45: '#3f4042', 1: '#242526' }, 50));
      pen.fill(circle(160, 232, 107), pen.gradient({ 0: '#2b2c2d', 0.5: '#414345', 1: '#6a6c6e' }, 50));
      pen.fill(circle(161, 234, 84), pen.gradient({ 0: '#3b3d3f', 0.5: '#484a4c', 1: '#37393a' }, 50));
      pen.stroke('M92 190A80 80 0 0 1 142 156', '#8b8f92', 3, { opacity: 0.5 });
      pen.fill(handle, pen.gradient({ 0: '#54565a', 0.5: '#36383a', 1: '#232425' }, 45));
      pen.stroke(line(238, 152, 338, 56), '#75787b', 2, { opacity: 0.7 });
      pen.fill(ellipse(343, 60, 6, 6), shade('#e7d8c2', -0.12));
      for (const [x, y] of points('222 179, 239 177, 224 163')) {
        pen.fill(circle(x, y, 5), pen.gradient({ 0: '#c9cccd', 1: '#6e7275' }, 50));
      }
    },
  },

  'enamel-casserole': {
    tile: 'linen',
    draw(pen) {
      const pot = turned(200, '112 190!, 112 236, 106 280, 90 304!, 88 306');
      pen.ground(200, 305, 96);
      for (const side of [-1, 1]) {
        const loop = `M${200 + side * 106} 214C${200 + side * 152} 204 ${200 + side * 152} 250 ${200 + side * 108} 240`;
        pen.stroke(loop, shade(paint.brick, side < 0 ? -0.1 : -0.38), 13);
        pen.stroke(loop, shade(paint.brick, side < 0 ? 0.2 : -0.2), 5);
      }
      pen.fill(pot, pen.round(paint.brick));
      pen.fill(turned(200, '115 184, 115 192'), pen.metal(paint.steel));
      pen.fill(turned(200, '24 132, 74 144, 106 168, 115 184!'), pen.round(paint.brick));
      pen.stroke('M118 168C136 152 158 144 180 141', '#fff6ec', 6, { opacity: 0.4 });
      pen.fill(turned(200, '9 122, 9 134'), pen.metal(paint.steel));
      pen.fill(turned(200, '14 96, 22 104, 21 114, 11 124'), pen.round(paint.beech));
      pen.fill(ellipse(200, 96, 14), shade(paint.beech, 0.3));
      pen.stroke('M104 216C104 244 108 266 116 284', '#fff6ec', 7, { opacity: 0.22 });
    },
  },

  'chefs-knife': {
    tile: 'stone',
    draw(pen) {
      const turn = 'rotate(-38 200 200)';
      const blade = closed('148 166!, 250 166!, 330 180, 388 208!, 330 224, 240 231, 152 230!');
      const handle = closed('24 172, 60 166, 110 170, 150 167!, 150 200!, 100 200, 56 202, 30 210, 18 196');
      pen.cast(blade, 8, turn);
      pen.cast(handle, 10, turn);
      pen.group({ transform: turn }, () => {
        pen.fill(
          blade,
          pen.gradient({ 0: '#868c8e', 0.35: '#ced3d2', 0.78: '#a6acad', 0.8: '#f0f2f0', 1: '#d3d7d6' }, 90),
        );
        pen.stroke('M156 229C240 231 330 224 386 208', '#ffffff', 1.5, { opacity: 0.9 });
        pen.fill(closed('136 166!, 156 166!, 159 228!, 148 231, 141 212'), pen.metal(paint.steel, 90));
        pen.fill(handle, pen.lit(paint.walnut, 90));
        for (const y of [178, 188, 195])
          pen.stroke(curve(`32 ${y + 4}, 70 ${y - 2}, 132 ${y}`), shade(paint.walnut, -0.3), 1.2, {
            opacity: 0.6,
          });
        for (const x of [52, 88, 124]) pen.fill(circle(x, 184, 5), pen.flat(paint.brass, 0.35));
      });
    },
  },

  'maple-cutting-board': {
    tile: 'mist',
    draw(pen) {
      const turn = 'rotate(-14 200 200)';
      const board = box(104, 70, 192, 262, 18);
      const thickness = box(107, 76, 192, 262, 18);
      pen.cast(thickness, 9, turn);
      pen.group({ transform: turn }, () => {
        pen.fill(thickness, shade(paint.maple, -0.3));
        pen.fill(board, paint.maple);
        pen.inside(board, () => {
          staves.forEach(([x, width, tone], index) => {
            pen.fill(box(x, 60, width, 290), shade(paint.maple, tone));
            for (const at of [0.2, 0.45, 0.72]) {
              const gx = x + width * at;
              pen.stroke(
                curve(`${gx} 60, ${gx + 4 - index * 2} 150, ${gx - 3} 240, ${gx + 2} 350`),
                grain(paint.maple),
                1,
                { opacity: 0.4 },
              );
            }
          });
          pen.fill(board, pen.gradient({ 0: '#ffffff47', 0.5: '#ffffff00', 1: '#5b3a1a29' }, 50));
        });
        pen.stroke(box(105, 71, 190, 260, 17), shade(paint.maple, 0.45), 1.6, { opacity: 0.8 });
        pen.fill(circle(200, 102, 13), shade(paint.maple, -0.45));
        pen.fill(circle(202, 105, 11.5), shade('#d9dedd', -0.12));
      });
    },
  },

  'stovetop-kettle': {
    tile: 'blush',
    draw(pen) {
      pen.ground(208, 304, 96);
      const spout = 'M136 248C92 250 104 178 62 168';
      pen.stroke(spout, shade(paint.steel, -0.4), 19, { 'stroke-linecap': 'butt' });
      pen.stroke('M136 245C96 247 108 178 64 164', shade(paint.steel, 0.1), 10, { 'stroke-linecap': 'butt' });
      pen.stroke('M134 241C100 240 112 178 68 162', shade(paint.steel, 0.7), 3, { 'stroke-linecap': 'butt' });
      pen.stroke('M138 196C134 70 282 70 278 196', shade(paint.steel, -0.28), 7);
      pen.stroke('M158 118C176 92 240 92 258 118', shade(paint.ash, -0.3), 18);
      pen.stroke('M158 115C176 89 240 89 256 114', shade(paint.ash, 0.1), 9);
      pen.fill(turned(208, '46 178, 84 196, 104 236, 106 272, 96 302!, 94 305'), pen.metal(paint.steel));
      pen.fill(turned(208, '14 164, 40 170, 50 180'), pen.metal(paint.steel));
      pen.stroke(band(208, 181, 50), shade(paint.steel, -0.5), 1.5);
      pen.fill(turned(208, '9 144, 15 151, 8 166'), pen.round(paint.ash));
      pen.fill(ellipse(208, 144, 9), shade(paint.ash, 0.35));
      pen.stroke(band(208, 288, 101), shade(paint.steel, -0.42), 2, { opacity: 0.7 });
    },
  },

  'glass-carafe': {
    tile: 'sand',
    draw(pen) {
      const glass = turned(200, '40 96!, 34 112, 32 150, 42 190, 70 236, 80 276, 76 304!, 72 310');
      const water = turned(200, '51 206, 72 240, 79 276, 74 301!, 71 307');
      pen.ground(200, 308, 76);
      pen.fill(turned(200, '31 70!, 29 122'), pen.round('#c89a68'));
      pen.fill(ellipse(200, 70, 31), shade('#c89a68', 0.32));
      for (const [x, y] of points('188 90, 210 86, 219 104, 192 112, 180 82')) {
        pen.fill(ellipse(x, y, 2.4, 1.4), '#8b6238', { opacity: 0.7 });
      }
      pen.fill(
        glass,
        pen.gradient({
          0: '#8ba6a6cc',
          0.14: '#e6f1ef88',
          0.6: '#dcebea44',
          0.88: '#b9d0cf99',
          1: '#7f9a9ae0',
        }),
      );
      pen.fill(water, pen.gradient({ 0: '#7fa9b0b3', 0.3: '#cfe6e899', 0.75: '#a5c8cd99', 1: '#6b949ccc' }));
      pen.fill(ellipse(200, 206, 51), '#d8ecec', { opacity: 0.85 });
      pen.stroke(ellipse(200, 206, 51), '#f5fbfa', 1.5, { opacity: 0.8 });
      pen.stroke(glass, '#7f9a9a', 1.4, { opacity: 0.55 });
      pen.stroke(ellipse(200, 96, 40), '#7f9a9a', 1, { opacity: 0.6, transform: 'translate(0 2)' });
      pen.stroke(ellipse(200, 96, 40), '#f7fbfa', 2.6);
      pen.stroke('M176 118C172 172 164 196 138 250', '#ffffff', 6, { opacity: 0.75 });
      pen.stroke('M134 262C132 272 132 280 134 288', '#ffffff', 6, { opacity: 0.6 });
      pen.stroke('M266 256C270 274 269 288 265 298', '#ffffff', 3, { opacity: 0.6 });
      pen.stroke(band(200, 303, 70), '#ffffff', 2, { opacity: 0.5 });
    },
  },
};

const speckles = points(
  '124 166, 142 214, 158 176, 171 250, 188 198, 206 232, 219 170, 233 206, 246 246, 150 268, 132 244, 201 266, 226 274, 176 160, 252 182, 118 204, 194 176, 240 226',
);

const staves: [x: number, width: number, tone: number][] = [
  [104, 40, 0.08],
  [144, 52, -0.06],
  [196, 34, 0.16],
  [230, 36, 0.0],
  [266, 32, -0.1],
];
