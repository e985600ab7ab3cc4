import type { Tile } from '#scripts/drawing/colour.ts';
import type { Pen } from '#scripts/drawing/pen.ts';

interface Picture {
  tile: Tile;
  draw(pen: Pen): void;
}

/** Pictures by their product's slug. */
export type Drawings = Record<string, Picture>;
