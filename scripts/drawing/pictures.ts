import { boxes } from '#scripts/drawing/boxes.ts';
import { care } from '#scripts/drawing/care.ts';
import { desk } from '#scripts/drawing/desk.ts';
import type { Drawings } from '#scripts/drawing/drawings.ts';
import { kitchen } from '#scripts/drawing/kitchen.ts';
import { light } from '#scripts/drawing/light.ts';
import { outdoors } from '#scripts/drawing/outdoors.ts';
import { Pen } from '#scripts/drawing/pen.ts';
import { textiles } from '#scripts/drawing/textiles.ts';

const drawings: Drawings = { ...kitchen, ...desk, ...textiles, ...light, ...outdoors, ...care, ...boxes };

/** Every picture as an SVG document, by its product's slug. */
export function drawPictures(): Map<string, string> {
  return new Map(
    Object.entries(drawings).map(([slug, { tile, draw }]) => {
      const pen = new Pen();
      draw(pen);
      return [slug, pen.toSvg(tile)];
    }),
  );
}
