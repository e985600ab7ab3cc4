import { mix, paint, shade } from '#scripts/drawing/colour.ts';
import type { Drawings } from '#scripts/drawing/drawings.ts';
import type { Pen } from '#scripts/drawing/pen.ts';
import { box, circle, closed, curve, ellipse, line, points, poly } from '#scripts/drawing/shapes.ts';

export const textiles: Drawings = {
  'wool-blanket': {
    tile: 'stone',
    draw(pen) {
      pen.ground(200, 306, 142, 18);
      const wool = paint.oat;
      // Four folds, then the top, with the mill's stripe running over it and down the front.
      for (let fold = 3; fold >= 0; fold -= 1) {
        const y = 192 + fold * 28;
        const shape = box(56 + (fold % 2) * 3, y, 288 - (fold % 2) * 5, 31, 15);
        pen.fill(shape, pen.lit(wool, 90));
        pen.inside(shape, () => {
          stripes(pen, [250, 280, y], [250, 280, y + 31]);
          pen.fill(box(40, y + 22, 320, 9), '#4a3520', { opacity: 0.22 });
        });
      }
      const top = closed('60 206!, 92 146!, 200 140, 308 146!, 342 206, 200 214');
      pen.fill(top, pen.flat(shade(wool, 0.24), 0.12));
      pen.inside(top, () => stripes(pen, [232, 256, 136], [249, 281, 222]));
      const stitches = Array.from({ length: 25 }, (_, i) => line(64 + i * 11.4, 203, 68 + i * 11.4, 212));
      pen.stroke(stitches.join(''), shade(wool, -0.42), 1.8, { opacity: 0.8 });
    },
  },

  'linen-tea-towels': {
    tile: 'blush',
    draw(pen) {
      pen.cast(box(40, 72, 320, 26, 6), 6);
      pen.fill(
        box(40, 72, 320, 26, 6),
        pen.gradient({ 0: shade(paint.oak, 0.3), 1: shade(paint.oak, -0.2) }, 90),
      );
      towel(pen, 62, paint.cobalt);
      towel(pen, 212, paint.rust);
      for (const x of [124, 274]) {
        pen.castLine(line(x, 92, x, 96), 16, 5);
        pen.fill(circle(x, 90, 12), pen.flat(paint.oak, 0.35));
      }
    },
  },

  'waffle-bath-towel': {
    tile: 'mist',
    draw(pen) {
      pen.ground(200, 310, 128, 16);
      foldedTowel(pen, 72, 242, 256, '#e3d6c0');
      foldedTowel(pen, 79, 174, 244, paint.sage);
      foldedTowel(pen, 69, 106, 256, '#eee5d6');
    },
  },

  'linen-cushion': {
    tile: 'sage',
    draw(pen) {
      pen.ground(202, 312, 116, 14);
      const cover = closed(
        '74 84!, 82 78, 136 88, 200 91, 266 88, 320 76, 328 83, 318 140, 316 200, 320 258, 330 308, ' +
          '322 316, 268 307, 200 309, 132 307, 78 317, 71 309, 82 258, 86 200, 83 140, 74 84',
      );
      pen.fill(cover, pen.lit(paint.ochre, 50));
      pen.inside(cover, () => {
        pen.fill(ellipse(178, 168, 96, 84), pen.glow({ 0: '#fff1cf66', 1: '#fff1cf00' }));
        const weave = pen.pattern(5, 5, () => {
          pen.stroke('M0 1H5', '#6d4a12', 0.8, { opacity: 0.22 });
          pen.stroke('M1 0V5', '#fff6dd', 0.8, { opacity: 0.2 });
        });
        pen.fill(cover, weave);
        for (const fold of [
          'M72 76C104 108 118 124 126 150',
          'M330 74C298 106 288 120 280 148',
          'M68 318C98 288 112 276 124 250',
          'M334 316C300 290 290 274 278 252',
        ]) {
          pen.stroke(fold, '#6b460f', 7, { opacity: 0.22, filter: pen.blur(3) });
          pen.stroke(fold, '#ffedc2', 2, { opacity: 0.3, transform: 'translate(-4 -3)' });
        }
      });
      pen.stroke(curve('313 256, 309 200, 311 142'), shade(paint.ochre, -0.5), 1.4, {
        opacity: 0.6,
        'stroke-dasharray': '6 4',
      });
    },
  },

  'ribbed-wool-socks': {
    tile: 'linen',
    draw(pen) {
      sock(pen, 'translate(66 -6)', paint.slate, paint.ochre);
      sock(pen, 'translate(-36 18)', paint.rust, paint.oat);
    },
  },

  'canvas-apron': {
    tile: 'sand',
    draw(pen) {
      const canvas = paint.night;
      // One strap runs through both sides: around the neck, and out at the waist to be tied.
      for (const part of [
        'M152 108C156 34 244 34 248 108',
        'M96 188C66 202 52 240 62 296',
        'M304 188C336 202 348 240 340 290',
      ]) {
        pen.castLine(part, 9, 6);
        pen.stroke(part, shade(canvas, -0.3), 10);
        pen.stroke(part, shade(canvas, 0.15), 5);
      }
      const cloth = closed(
        '144 96!, 256 96!, 264 142, 306 182!, 312 330, 308 354!, 92 354!, 88 330, 94 182!, 136 142',
      );
      pen.cast(cloth, 8);
      pen.fill(cloth, pen.flat(shade(canvas, 0.1), 0.17));
      pen.inside(cloth, () => {
        for (const fold of ['M150 190C142 250 150 300 144 360', 'M262 190C272 240 262 300 268 360']) {
          pen.stroke(fold, '#10151f', 12, { opacity: 0.24, filter: pen.blur(5) });
        }
        pen.stroke('M150 101H250', shade(canvas, 0.45), 1.4, { 'stroke-dasharray': '4 3' });
        pen.stroke('M98 347H302', shade(canvas, 0.45), 1.4, { 'stroke-dasharray': '4 3' });
      });
      const pocket = box(132, 214, 136, 86, 6);
      pen.cast(pocket, 3);
      pen.fill(pocket, pen.flat(shade(canvas, 0.16), 0.12));
      pen.stroke(box(136, 218, 128, 78, 4), shade(canvas, 0.5), 1.2, { 'stroke-dasharray': '4 3' });
      pen.stroke(line(232, 219, 232, 295), shade(canvas, 0.5), 1.2, { 'stroke-dasharray': '4 3' });
      pen.fill(poly('150 214, 154 192, 206 188, 214 214'), pen.flat('#efe6d3', 0.12));
      pen.stroke('M152 202L210 199', paint.rust, 3, { 'stroke-linecap': 'butt' });
      for (const [x, y] of points('152 106, 248 106, 101 190, 299 190, 137 219, 263 219')) {
        pen.fill(circle(x, y, 4.4), pen.flat(paint.brass, 0.45));
      }
    },
  },
};

/** Where stripes begin or end: from left to right at one height. */
type Span = [left: number, right: number, y: number];

function stripes(pen: Pen, [left, right, y]: Span, [footLeft, footRight, footY]: Span): void {
  const between = (a: number, b: number, share: number) => a + (b - a) * share;
  for (const [from, to] of points('0 0.5, 0.68 0.78, 0.9 1')) {
    const top = `${between(left, right, from)} ${y}, ${between(left, right, to)} ${y}`;
    const foot = `${between(footLeft, footRight, to)} ${footY}, ${between(footLeft, footRight, from)} ${footY}`;
    pen.fill(poly(`${top}, ${foot}`), paint.rust, { opacity: 0.85 });
  }
}

/** A cloth that hangs from a peg by its loop and falls in folds. */
function towel(pen: Pen, x: number, stripe: string): void {
  const cloth = closed(
    `${x + 58} 96!, ${x + 66} 96!, ${x + 98} 118, ${x + 118} 180, ${x + 124} 330!, ${x + 92} 338, ${x + 62} 330, ${x + 30} 338, ${x} 330!, ${x + 6} 180, ${x + 26} 118`,
  );
  pen.cast(cloth, 9);
  pen.fill(
    cloth,
    pen.gradient({ 0: '#f6efe0', 0.3: '#fbf6ea', 0.55: '#e3d8c3', 0.75: '#f5eddd', 1: '#cfc2ab' }),
  );
  pen.inside(cloth, () => {
    const fall = (offset: number): string =>
      curve(`${x + 62 + offset * 0.12} 96, ${x + 62 + offset * 0.75} 180, ${x + 62 + offset} 345`);
    for (const offset of [-44, -36, 36, 44])
      pen.stroke(fall(offset), stripe, offset % 8 === 4 ? 2 : 4.5, { opacity: 0.85 });
    pen.stroke(
      curve(`${x - 4} 306, ${x + 30} 314, ${x + 62} 306, ${x + 94} 314, ${x + 128} 306`),
      stripe,
      7,
      { opacity: 0.85 },
    );
    pen.stroke(
      curve(`${x - 4} 294, ${x + 30} 302, ${x + 62} 294, ${x + 94} 302, ${x + 128} 294`),
      stripe,
      2,
      { opacity: 0.85 },
    );
    for (const offset of [-20, 4, 26])
      pen.stroke(fall(offset), '#6b5636', 9, { opacity: 0.16, filter: pen.blur(3) });
  });
}

/** A towel folded to a slab, with its fold to the front. */
function foldedTowel(pen: Pen, x: number, y: number, width: number, colour: string): void {
  for (const part of [1, 0]) {
    const shape = box(x + part * 3, y + part * 32, width - part * 4, 38, 18);
    pen.fill(shape, pen.lit(colour, 90));
    const waffle = pen.pattern(9, 9, () => {
      pen.fill(box(1.5, 1.5, 6, 6, 1.5), shade(colour, -0.4), { opacity: 0.32 });
      pen.stroke('M1 8.4H8', '#ffffff', 1, { opacity: 0.4 });
    });
    pen.fill(box(x + 8 + part * 3, y + part * 32 + 3, width - 20, 31, 14), waffle);
  }
}

function sock(pen: Pen, move: string, colour: string, tip: string): void {
  const shape = closed(
    '128 70!, 196 70!, 196 150, 192 216, 206 244, 256 272, 284 298, 274 326, 236 334, 184 322, 136 290, 120 250, 128 160',
  );
  pen.cast(shape, 8, move);
  pen.group({ transform: move }, () => {
    pen.fill(shape, pen.lit(colour, 20));
    pen.inside(shape, () => {
      pen.fill(ellipse(122, 282, 44, 46), mix(tip, colour, 0.08));
      pen.fill(ellipse(288, 318, 52, 48), mix(tip, colour, 0.08));
      const across = [133, 141, 149, 157, 165, 173, 181, 189];
      const ribs = across.map((x) => curve(`${x} 106, ${x - 2} 214, ${x + 74} 316`));
      pen.stroke(ribs.join(''), shade(colour, -0.42), 2, { opacity: 0.45 });
      pen.fill(box(120, 62, 84, 44), tip);
      pen.stroke(across.map((x) => line(x, 68, x, 104)).join(''), shade(tip, -0.4), 2.4, { opacity: 0.5 });
      pen.stroke(line(120, 106, 204, 106), shade(colour, -0.5), 2, { opacity: 0.5 });
      pen.fill(shape, pen.gradient({ 0: '#ffffff33', 0.4: '#ffffff00', 1: '#20140a47' }, 20));
    });
  });
}
