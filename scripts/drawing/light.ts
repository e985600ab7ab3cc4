import { paint, shade } from '#scripts/drawing/colour.ts';
import type { Drawings } from '#scripts/drawing/drawings.ts';
import type { Pen } from '#scripts/drawing/pen.ts';
import { band, box, circle, closed, curve, ellipse, line, points, turned } from '#scripts/drawing/shapes.ts';

export const light: Drawings = {
  'jointed-task-lamp': {
    tile: 'mist',
    draw(pen) {
      const lower = 'M246 296L286 178';
      const upper = 'M286 178L168 92';
      pen.ground(238, 312, 74);
      pen.fill('M98 172L66 330H214L182 142Z', pen.gradient({ 0: '#fff3c9bf', 1: '#fff3c900' }, 90), {
        filter: pen.blur(5),
      });
      pen.fill(turned(238, '72 302, 74 312'), pen.round(paint.brick));
      pen.fill(ellipse(238, 302, 72), pen.flat(paint.brick, 0.22));
      pen.fill(turned(246, '11 284, 15 300'), pen.round(paint.brick));
      for (const arm of [lower, upper]) {
        pen.stroke(arm, shade(paint.brick, -0.45), 10);
        pen.stroke(arm, shade(paint.brick, 0.06), 6);
        pen.stroke(arm, shade(paint.brick, 0.45), 1.6, { transform: 'translate(-1.5 -1)' });
      }
      // Two springs along the lower arm.
      pen.stroke('M240 268L260 206', shade(paint.steel, -0.25), 5, {
        'stroke-dasharray': '2 1.6',
        'stroke-linecap': 'butt',
      });
      pen.stroke('M264 276L284 214', shade(paint.steel, -0.25), 5, {
        'stroke-dasharray': '2 1.6',
        'stroke-linecap': 'butt',
      });
      for (const [x, y, r] of [
        [286, 178, 12],
        [248, 288, 9],
      ] as const) {
        pen.fill(circle(x, y, r), pen.flat(paint.steel, 0.4));
        pen.stroke(line(x - r / 2, y + r / 3, x + r / 2, y - r / 3), shade(paint.steel, -0.55), 2);
      }
      pen.group({ transform: 'rotate(34 168 92)' }, () => {
        pen.fill(ellipse(168, 176, 60, 17), pen.glow({ 0: '#ffffff', 0.5: '#fff2c0', 1: '#f3d88a' }));
        pen.fill(circle(168, 174, 15), '#fffdf2');
        pen.fill(
          closed('150 84!, 150 108, 112 150, 106 176!, 168 158, 230 176!, 224 150, 186 108, 186 84!, 168 76'),
          pen.round(paint.brick),
        );
        pen.fill(turned(168, '19 78, 19 92'), pen.metal(paint.steel));
      });
      pen.fill(circle(174, 97, 9), pen.flat(paint.steel, 0.4));
    },
  },

  'paper-table-lamp': {
    tile: 'blush',
    draw(pen) {
      pen.fill(circle(200, 170, 190), pen.glow({ 0: '#fff4d4e6', 0.6: '#fff0cb4c', 1: '#fff0cb00' }));
      pen.ground(200, 318, 54);
      pen.fill(turned(200, '11 214, 13 244, 34 272, 40 296, 46 312!, 46 318'), pen.round(paint.ash));
      for (const [y, r] of points('264 26, 284 36, 300 40'))
        pen.stroke(band(200, y, r), shade(paint.ash, -0.35), 1, { opacity: 0.5 });
      const shadeOutline = turned(200, '62 74!, 86 140, 116 216!', 0.14);
      pen.fill(ellipse(200, 74, 62, 9), '#fff6dc');
      pen.fill(
        shadeOutline,
        pen.gradient({ 0: '#e0bf8c', 0.3: '#fdeecb', 0.5: '#fff8e6', 0.75: '#f7dfb2', 1: '#cfa86f' }),
      );
      pen.inside(shadeOutline, () => {
        // A pleat is a line in the shade beside one in the light.
        const pleats = (beside: number): string =>
          Array.from({ length: 23 }, (_, i) => {
            const turn = Math.sin((i - 11) * 0.136);
            return line(200 + 62 * turn + beside, 66, 200 + 116 * turn + beside * 1.4, 236);
          }).join('');
        pen.stroke(pleats(0), '#a97f45', 1.6, { opacity: 0.32 });
        pen.stroke(pleats(3), '#ffffff', 1.6, { opacity: 0.4 });
        pen.fill(ellipse(200, 168, 74, 70), pen.glow({ 0: '#fffdf4d9', 1: '#fffdf400' }));
      });
      pen.stroke(band(200, 216, 116, 0.14), '#c79d62', 1.6);
    },
  },

  'enamel-pendant': {
    tile: 'sand',
    draw(pen) {
      pen.fill('M84 262L20 400H380L316 262Z', pen.gradient({ 0: '#fff4cfd9', 1: '#fff4cf00' }, 90), {
        filter: pen.blur(7),
      });
      pen.stroke(line(200, 0, 200, 96), '#4a4640', 4.5);
      pen.stroke(line(199, 0, 199, 96), '#8b857b', 1.2);
      pen.fill(turned(200, '9 88, 15 98, 17 128, 24 138'), pen.metal(paint.brass));
      const dome = turned(200, '25 134, 34 150, 84 176, 122 220, 134 262!');
      pen.fill(dome, pen.round(paint.spruce));
      pen.stroke('M98 222C106 204 122 188 142 178', '#f4fff6', 8, { opacity: 0.3 });
      pen.fill(ellipse(200, 262, 134), shade(paint.spruce, -0.5));
      pen.fill(ellipse(200, 262.5, 129, 24.5), pen.glow({ 0: '#ffffff', 0.35: '#fffaea', 1: '#e9dcba' }));
      pen.fill(ellipse(200, 258, 27, 17), pen.glow({ 0: '#ffffff', 0.6: '#fff6d2', 1: '#ffe79a99' }));
    },
  },

  'beeswax-candles': {
    tile: 'sage',
    draw(pen) {
      pen.ground(200, 320, 76, 14);
      // Two behind and four in front, each leaning a little outwards.
      for (const [x, top] of points('176 74, 224 80, 141 98, 180 90, 219 95, 258 102')) {
        const foot = top < 85 ? 304 : 320;
        const leaning = (x - 200) * 0.06;
        pen.group({ transform: `rotate(${leaning} ${x} 240)` }, () => {
          pen.stroke(curve(`${x} ${top - 20}, ${x + 2} ${top - 10}, ${x} ${top + 4}`), '#6b5a43', 2.4);
          pen.fill(
            turned(x, `5 ${top}, 13 ${top + 14}, 17 ${top + 90}, 19 ${foot}`, 0.25),
            pen.round(paint.wax),
          );
          pen.fill(ellipse(x, top + 1, 5, 2), shade(paint.wax, 0.4));
        });
      }
      const tie = closed('124 208!, 200 227, 276 208!, 277 220!, 200 240, 123 220!');
      pen.fill(tie, pen.gradient({ 0: '#cfc4b0', 0.3: '#fbf6ea', 1: '#a99d87' }));
      pen.stroke(curve('125 214, 200 233, 275 214'), '#b5a88f', 1, { opacity: 0.8 });
      for (const loop of [
        'M206 234C170 214 160 250 206 236',
        'M208 234C246 212 256 248 208 236',
        'M206 236C196 256 190 268 178 280',
        'M208 236C220 254 222 268 236 276',
      ]) {
        pen.stroke(loop, '#a99d87', 6);
        pen.stroke(loop, '#f6f0e2', 3.6);
      }
      pen.fill(circle(207, 235, 6), '#efe7d5');
    },
  },

  'iron-candlestick': {
    tile: 'stone',
    draw(pen) {
      pen.fill(circle(186, 84, 120), pen.glow({ 0: '#fff0c0e6', 0.5: '#fff0c04c', 1: '#fff0c000' }));
      pen.ground(190, 304, 104, 18);
      const ring = 'M276 268C330 238 352 288 300 296';
      pen.castLine(ring, 11, 5);
      pen.stroke(ring, '#2b2928', 13);
      pen.stroke(ring, '#6a6764', 4, { transform: 'translate(-2 -2)' });
      const dish = turned(186, '112 268!, 104 288, 84 304!, 80 306');
      pen.fill(dish, pen.round(paint.iron));
      pen.fill(ellipse(186, 268, 112), shade(paint.iron, 0.22));
      pen.fill(ellipse(186, 269.5, 107, 20), pen.gradient({ 0: '#2a2827', 1: '#565350' }));
      pen.fill(turned(186, '20 108, 21 180, 22 240'), pen.round(paint.wax));
      pen.fill('M166 118C164 150 172 168 173 150S178 128 184 128L184 110H166Z', shade(paint.wax, 0.3), {
        opacity: 0.8,
      });
      pen.fill(ellipse(186, 108, 20), shade(paint.wax, 0.45));
      pen.fill(ellipse(186, 109, 13, 2.4), '#fff3c4');
      pen.fill(turned(186, '30 226!, 27 240, 28 262, 34 270'), pen.round('#4a4744'));
      pen.fill(turned(186, '32 223, 32 230'), pen.round('#5a5754'));
      flame(pen, 186, 104, 1);
    },
  },

  'storm-lantern': {
    tile: 'linen',
    draw(pen) {
      const tin = '#5f7a63';
      pen.ground(200, 322, 80);
      pen.stroke('M124 150C110 24 290 24 276 150', shade(paint.steel, -0.45), 4.5);
      for (const [x, tone] of points('122 0, 278 -0.3')) {
        const side = x < 200 ? -1 : 1;
        const tube = `M${200 + side * 26} 112C${200 + side * 66} 108 ${x} 122 ${x} 160V262`;
        pen.stroke(tube, shade(tin, tone - 0.3), 14);
        pen.stroke(tube, shade(tin, tone + 0.12), 8);
        pen.stroke(tube, shade(tin, tone + 0.45), 2, { transform: 'translate(-2 0)' });
      }
      pen.fill(circle(200, 196, 96), pen.glow({ 0: '#ffe9a8bf', 1: '#ffe9a800' }));
      pen.fill(turned(200, '30 224, 36 234, 34 252'), pen.metal(paint.brass));
      flame(pen, 200, 222, 0.95);
      const globe = turned(200, '32 144, 52 180, 50 208, 34 236');
      pen.fill(globe, pen.gradient({ 0: '#b9c9c5b2', 0.2: '#ffffff4c', 0.6: '#ffffff14', 1: '#9fb2aebf' }));
      pen.stroke('M164 166C154 186 156 204 164 218', '#ffffff', 5, { opacity: 0.8 });
      pen.stroke('M152 190H248M158 214H242', shade(paint.steel, -0.4), 1.8, { opacity: 0.8 });
      pen.fill(turned(200, '38 134, 36 148'), pen.round(tin));
      pen.fill(turned(200, '24 100, 30 114, 44 124, 46 136!'), pen.round(tin));
      pen.fill(turned(200, '12 86, 26 96, 26 104'), pen.round(tin));
      pen.fill(turned(200, '40 246, 68 256, 82 274, 84 306, 74 320!, 72 322'), pen.round(tin));
      pen.stroke(band(200, 306, 84), shade(tin, -0.45), 1.6, { opacity: 0.7 });
      pen.fill(turned(250, '11 254, 11 264'), pen.metal(paint.brass));
      pen.stroke('M132 276C134 290 136 298 140 306', '#f2fff2', 5, { opacity: 0.35 });
      pen.fill(box(114, 256, 16, 12, 3), shade(tin, -0.2));
      pen.fill(box(270, 256, 16, 12, 3), shade(tin, -0.45));
    },
  },
};

function flame(pen: Pen, x: number, foot: number, scale: number): void {
  const shape = (width: number, height: number): string => {
    const [tip, belly, wide] = [foot - height * scale, foot - height * 0.34 * scale, width * scale];
    return closed(`${x} ${tip}!, ${x + wide} ${belly}, ${x} ${foot}!, ${x - wide} ${belly}, ${x} ${tip}`);
  };
  pen.stroke(line(x, foot, x, foot - 9 * scale), '#4a3a2b', 2.6);
  pen.fill(shape(13, 54), pen.gradient({ 0: '#ffd873f2', 1: '#f2a33ce6' }, 90));
  pen.fill(shape(7, 34), '#fff6d6');
}
