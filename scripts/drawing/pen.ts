import { mix, shade, type Tile, tiles } from '#scripts/drawing/colour.ts';
import { ellipse, n } from '#scripts/drawing/shapes.ts';
import { type Attributes, type Stops, stopTags, tag } from '#scripts/drawing/svg.ts';

const umber = '#3d2a17';

/**
 * Draws one picture. The light comes from the upper left: round things are brightest left of
 * their middle, and shadows fall to the lower right.
 */
export class Pen {
  #parts: string[] = [];
  #definitions = new Map<string, string>();

  /** The picture as an SVG document, on its background. */
  toSvg(tile: Tile): string {
    const ground = tiles[tile];
    const backdrop = this.#define((id) =>
      tag(
        'radialGradient',
        { id, cx: 0.4, cy: 0.34, r: 0.85 },
        [
          tag('stop', { offset: 0, 'stop-color': shade(ground, 0.4) }),
          tag('stop', { offset: 1, 'stop-color': shade(ground, -0.07) }),
        ].join(''),
      ),
    );
    const definitions = tag('defs', {}, [...this.#definitions.keys()].join(''));
    const background = tag('path', { d: 'M0 0h400v400H0Z', fill: `url(#${backdrop})` });
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400">${definitions}${background}${this.#parts.join('')}</svg>\n`;
  }

  fill(d: string, fill: string, attributes: Attributes = {}): void {
    this.#parts.push(tag('path', { d, fill, ...attributes }));
  }

  stroke(d: string, colour: string, width: number, attributes: Attributes = {}): void {
    this.#parts.push(
      tag('path', {
        d,
        fill: 'none',
        stroke: colour,
        'stroke-width': width,
        'stroke-linecap': 'round',
        'stroke-linejoin': 'round',
        ...attributes,
      }),
    );
  }

  /** Draws inside a group: moved, turned, clipped or half transparent. */
  group(attributes: Attributes, draw: () => void): void {
    const outside = this.#parts;
    this.#parts = [];
    draw();
    const group = tag('g', attributes, this.#parts.join(''));
    this.#parts = outside;
    this.#parts.push(group);
  }

  /** Draws only what falls inside the shape. */
  inside(d: string, draw: () => void): void {
    const id = this.#define((id) => tag('clipPath', { id }, tag('path', { d })));
    this.group({ 'clip-path': `url(#${id})` }, draw);
  }

  /** The shadow of something that stands, around the ellipse that it stands on. */
  ground(cx: number, cy: number, rx: number, ry = rx * 0.2): void {
    this.fill(ellipse(cx + rx * 0.3, cy + ry * 0.25, rx * 1.25, ry * 1.25), umber, {
      opacity: 0.2,
      filter: this.blur(10),
    });
    this.fill(ellipse(cx + 3, cy + 1.5, rx * 1.02, ry * 1.05), umber, {
      opacity: 0.38,
      filter: this.blur(3),
    });
  }

  /** The shadow of something flat that lies or hangs; `height` is how far it is from what is behind it. */
  cast(d: string, height = 6, transform?: string): void {
    const move = `translate(${n(height)} ${n(height * 1.3)})`;
    this.fill(d, umber, {
      opacity: 0.26,
      filter: this.blur(height * 0.75),
      transform: transform ? `${move} ${transform}` : move,
    });
  }

  /** The same of something thin, drawn as a line. */
  castLine(d: string, width: number, height = 6): void {
    this.stroke(d, umber, width, {
      opacity: 0.26,
      filter: this.blur(height * 0.75),
      transform: `translate(${n(height)} ${n(height * 1.3)})`,
    });
  }

  blur(deviation: number): string {
    const id = this.#define((id) =>
      tag(
        'filter',
        { id, filterUnits: 'userSpaceOnUse', x: -60, y: -60, width: 520, height: 520 },
        tag('feGaussianBlur', { stdDeviation: deviation }),
      ),
    );
    return `url(#${id})`;
  }

  /** Light across something round that stands upright. */
  round(colour: string): string {
    return this.gradient({
      0: shade(colour, -0.12),
      0.28: shade(colour, 0.3),
      0.6: colour,
      1: shade(colour, -0.36),
    });
  }

  /** Polished metal: the room is seen in it as bands of light and dark. */
  metal(colour: string, angle = 0): string {
    return this.gradient(
      {
        0: shade(colour, -0.3),
        0.16: shade(colour, 0.15),
        0.27: shade(colour, 0.75),
        0.4: shade(colour, 0.1),
        0.66: shade(colour, -0.22),
        0.84: shade(colour, -0.4),
        0.93: shade(colour, -0.1),
        1: shade(colour, -0.35),
      },
      angle,
    );
  }

  /** Something rounded that lies: lit at one side, in the shade at the other. */
  lit(colour: string, angle = 0): string {
    return this.gradient({ 0: shade(colour, 0.36), 0.45: colour, 1: shade(colour, -0.36) }, angle);
  }

  /** A surface that the light reaches from above left. */
  flat(colour: string, contrast = 0.16): string {
    return this.gradient({ 0: shade(colour, contrast), 1: shade(colour, -contrast) }, 50);
  }

  /** A linear gradient over the shape: 0 runs left to right, 90 top to bottom. */
  gradient(stops: Stops, angle = 0): string {
    const [x, y] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
    const far = Math.max(Math.abs(x), Math.abs(y));
    const end = (component: number) => Math.round((0.5 + component / far / 2) * 100) / 100;
    const id = this.#define((id) =>
      tag('linearGradient', { id, x1: end(-x), y1: end(-y), x2: end(x), y2: end(y) }, stopTags(stops)),
    );
    return `url(#${id})`;
  }

  /** A glow: from the middle of the shape outwards. */
  glow(stops: Stops): string {
    const id = this.#define((id) => tag('radialGradient', { id }, stopTags(stops)));
    return `url(#${id})`;
  }

  /** A repeated texture of this size, drawn by `draw` around its own origin. */
  pattern(width: number, height: number, draw: () => void): string {
    const outside = this.#parts;
    this.#parts = [];
    draw();
    const content = this.#parts.join('');
    this.#parts = outside;
    const id = this.#define((id) =>
      tag('pattern', { id, width, height, patternUnits: 'userSpaceOnUse' }, content),
    );
    return `url(#${id})`;
  }

  /** The same definition is written once, however often it is used. */
  #define(write: (id: string) => string): string {
    for (const [written, id] of this.#definitions) if (written === write(id)) return id;
    const id = `a${this.#definitions.size.toString(36)}`;
    this.#definitions.set(write(id), id);
    return id;
  }
}

/** Wood: the colour of its grain. */
export const grain = (colour: string): string => mix(colour, '#6b3f1d', 0.35);
