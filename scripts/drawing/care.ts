import { paint, shade } from '#scripts/drawing/colour.ts';
import type { Drawings } from '#scripts/drawing/drawings.ts';
import { grain, type Pen } from '#scripts/drawing/pen.ts';
import { box, circle, closed, curve, ellipse, line, poly } from '#scripts/drawing/shapes.ts';

export const care: Drawings = {
  'olive-oil-soap': {
    tile: 'sand',
    draw(pen) {
      pen.ground(162, 316, 98, 20);
      pen.ground(304, 288, 52, 12);
      cube(pen, 250, 166, 92, '#b9b078');
      cube(pen, 62, 148, 132, '#a7a268');
    },
  },

  'beech-dish-brush': {
    tile: 'mist',
    draw(pen) {
      const turn = 'rotate(-40 200 200)';
      const handle = closed(
        '18 196, 26 188, 60 190, 160 188, 250 184, 290 178, 300 190!, 300 212!, 250 204, 160 208, 60 212, 26 212, 18 204, 18 196',
      );
      const bristles = closed('290 204!, 372 198!, 386 268!, 334 276, 282 272!');
      const head = closed(
        '282 186, 296 170, 340 166, 372 176, 378 192, 370 206, 330 212, 290 210, 280 198, 282 186',
      );
      for (const shape of [handle, bristles]) pen.cast(shape, 9, turn);
      pen.group({ transform: turn }, () => {
        pen.stroke('M22 200C-16 176 -18 226 22 204', '#e6dcc6', 4);
        pen.fill(bristles, pen.gradient({ 0: '#8d7340', 0.35: '#c9ad70', 1: '#ead59f' }, 90));
        pen.inside(bristles, () => {
          const fibres = Array.from({ length: 18 }, (_, i) => line(288 + i * 5, 204, 280 + i * 6.4, 280));
          pen.stroke(fibres.join(''), '#7a6130', 1.3, { opacity: 0.45 });
        });
        pen.fill(head, pen.lit(paint.beech, 90));
        pen.fill(handle, pen.lit(paint.beech, 90));
        pen.inside(handle, () => {
          for (const y of [194, 200, 206])
            pen.stroke(curve(`18 ${y}, 120 ${y - 2}, 220 ${y}, 300 ${y - 6}`), grain(paint.beech), 1.1, {
              opacity: 0.45,
            });
        });
        pen.stroke(
          'M280 178C300 160 306 160 306 190M280 208C300 220 310 214 306 190',
          shade(paint.steel, -0.2),
          4,
        );
        pen.stroke('M280 177C300 158 305 160 305 188', shade(paint.steel, 0.6), 1.4);
        pen.fill(circle(40, 200, 5), shade(paint.beech, -0.5));
      });
    },
  },

  'dustpan-and-brush': {
    tile: 'blush',
    draw(pen) {
      const pan = closed('74 224!, 90 118, 104 104, 216 104, 230 118, 246 224!');
      const turn = 'rotate(-10 160 200) translate(0 30)';
      const grip = box(146, 20, 28, 96, 13);
      pen.cast(grip, 8, turn);
      pen.cast(pan, 9, turn);
      pen.group({ transform: turn }, () => {
        pen.fill(grip, pen.round(paint.spruce));
        pen.fill(circle(160, 36, 5), shade('#e9d8cc', -0.15));
        pen.fill(pan, pen.flat(paint.spruce, 0.22));
        pen.fill(
          closed('84 224!, 100 128, 112 116, 208 116, 220 128, 236 224!'),
          pen.gradient(
            { 0: shade(paint.spruce, -0.4), 0.4: shade(paint.spruce, -0.12), 1: shade(paint.spruce, 0.22) },
            90,
          ),
        );
        for (const x of [128, 160, 192])
          pen.stroke(line(x, 132, x + (x - 160) * 0.2, 214), shade(paint.spruce, -0.34), 3, { opacity: 0.6 });
        pen.fill(box(72, 220, 176, 7, 3), pen.metal(paint.steel, 90));
      });
      const sweep = 'rotate(24 272 220) translate(4 6)';
      const back = closed(
        '254 70, 266 58, 280 60, 288 74, 290 160, 304 178, 306 330, 296 346, 258 346, 248 330, 250 178, 260 160, 254 70',
      );
      const hair = closed('252 190!, 222 196!, 214 338!, 252 334!');
      pen.cast(back, 9, sweep);
      pen.cast(hair, 6, sweep);
      pen.group({ transform: sweep }, () => {
        pen.fill(hair, pen.gradient({ 0: '#2b211b', 0.6: '#4b3a2e', 1: '#2a1f18' }));
        const hairs = Array.from({ length: 23 }, (_, i) =>
          line(252, 197 + i * 6, 219 - i * 0.24, 199 + i * 6),
        );
        pen.stroke(hairs.join(''), '#7a6350', 1, { opacity: 0.5 });
        pen.fill(back, pen.lit(paint.beech));
        for (const x of [266, 276, 288])
          pen.stroke(curve(`${x - 2} 76, ${x + 2} 170, ${x} 250, ${x} 342`), grain(paint.beech), 1.1, {
            opacity: 0.45,
          });
        pen.fill(circle(271, 78, 5), shade(paint.beech, -0.5));
      });
    },
  },

  'safety-razor': {
    tile: 'sage',
    draw(pen) {
      const turn = 'rotate(36 200 200)';
      const head = closed('124 74!, 128 58, 200 48, 272 58, 276 74!, 270 88, 200 96, 130 88');
      const handle = closed('187 150!, 186 330, 190 344!, 200 348, 210 344!, 214 330, 213 150!');
      pen.cast(head, 8, turn);
      pen.cast(handle, 9, turn);
      pen.group({ transform: turn }, () => {
        const nickel = '#c3c6c2';
        pen.fill(box(192, 84, 16, 72, 4), pen.metal(nickel));
        pen.fill(handle, pen.metal(nickel));
        const knurl = pen.pattern(6, 6, () => {
          pen.stroke('M0 0L6 6M6 0L0 6', '#3e4342', 0.9, { opacity: 0.75 });
          pen.stroke('M1 0L6 5', '#ffffff', 0.5, { opacity: 0.7 });
        });
        pen.fill(box(186.5, 172, 27, 136), knurl);
        for (const y of [166, 314]) pen.fill(box(184, y - 4, 32, 9, 3), pen.metal(nickel));
        pen.fill(box(182, 144, 36, 12, 4), pen.metal(nickel));
        pen.fill(box(130, 78, 140, 16, 4), pen.metal(nickel, 90));
        const comb = Array.from({ length: 19 }, (_, i) => line(138 + i * 7, 86, 138 + i * 7, 93));
        pen.stroke(comb.join(''), '#4b504e', 2, { opacity: 0.7 });
        pen.fill(box(120, 71, 160, 5, 1), '#eef1ef');
        pen.fill(
          closed('124 74!, 128 58, 200 48, 272 58, 276 74!'),
          pen.gradient({ 0: '#8d9290', 0.35: '#f4f6f3', 0.6: '#c0c4c1', 1: '#7d8280' }, 90),
        );
      });
    },
  },
};

/** A block of soap with its stamp: a sprig in a frame, pressed into the front. */
function cube(pen: Pen, x: number, y: number, size: number, colour: string): void {
  const depth = size * 0.3;
  const [right, foot] = [x + size, y + depth + size];
  const top = y + depth;
  pen.fill(
    poly(
      `${right} ${top}, ${right + depth} ${y + depth * 0.35}, ${right + depth} ${foot - depth * 0.62}, ${right} ${foot}`,
    ),
    pen.gradient({ 0: shade(colour, -0.26), 1: shade(colour, -0.42) }, 90),
  );
  pen.fill(
    poly(
      `${x} ${top}, ${x + depth} ${y + depth * 0.35}, ${right + depth} ${y + depth * 0.35}, ${right} ${top}`,
    ),
    pen.flat(shade(colour, 0.34), 0.1),
  );
  pen.fill(box(x, top, size, size, 3), pen.flat(colour, 0.16));
  pen.stroke(`M${x + 2} ${top + 1}H${right - 1}`, shade(colour, 0.6), 2, { opacity: 0.7 });
  const frame = box(x + size * 0.16, top + size * 0.16, size * 0.68, size * 0.68, 6);
  pen.stroke(frame, shade(colour, 0.4), 2.4, { transform: 'translate(1.2 1.4)', opacity: 0.8 });
  pen.stroke(frame, shade(colour, -0.42), 2.4);
  const [cx, cy, u] = [x + size / 2, top + size / 2, size / 100];
  const stem = `M${cx - 20 * u} ${cy + 22 * u}Q${cx - 2 * u} ${cy + 2 * u} ${cx + 20 * u} ${cy - 22 * u}`;
  pen.stroke(stem, shade(colour, -0.42), 2.4);
  for (const [dx, dy, angle] of [
    [-16, 2, -80],
    [-4, -12, -80],
    [6, 14, -12],
    [16, 0, -12],
    [22, -24, -48],
  ] as const) {
    const leaf = ellipse(cx + dx * u, cy + dy * u, 10 * u, 4 * u);
    pen.fill(leaf, shade(colour, -0.42), {
      transform: `rotate(${angle} ${Math.round(cx + dx * u)} ${Math.round(cy + dy * u)})`,
    });
  }
}
