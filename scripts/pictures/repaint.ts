/**
 * Gives a drawing other colours, so that a variant has the picture of its product in its own colour. Colours
 * are compared in OKLCH (Björn Ottosson, https://bottosson.github.io/posts/oklab), where equal distances look
 * equal: light and shade stay as they were drawn.
 */

/** Which colours of a drawing are one part of it, such as its glaze. */
export interface Part {
  /** Degrees, from 0 (pink) over 90 (yellow), 150 (green) and 265 (blue); all of them if left out. */
  hues?: [from: number, to: number];
  /** 0 is grey; strong colours have about 0.15. */
  chroma?: [from: number, to: number];
  /** Only these colours. */
  only?: string[];
}

/** One change: a part in the colour it was drawn in, and its new colour. Colours are `#rrggbb`. */
export interface Paint {
  part: Part;
  from: string;
  to: string;
}

interface Lch {
  lightness: number;
  chroma: number;
  hue: number;
}

/** The drop shadow of every drawing. */
const shadow = '#3d2a17';

/** Below this, a colour is a grey, whose hue means nothing. */
const greyChroma = 0.025;

/** The SVG with the paints applied. Its background and shadow stay. Throws if a part has no colours in it. */
export function repaint(svg: string, paints: Paint[]): string {
  const kept = new Set([shadow, ...backgroundOf(svg)]);
  const colours = [...new Set(svg.match(/#[0-9a-f]{6}/g))].filter((colour) => !kept.has(colour));
  const changed = new Map<string, string>();
  for (const { part, from, to } of paints) {
    const members = colours.filter((colour) => isIn(part, colour));
    if (members.length === 0)
      throw new Error(`the drawing has no colour of the part ${JSON.stringify(part)}`);
    for (const colour of members) changed.set(colour, shifted(colour, from, to));
  }
  return svg.replaceAll(/#[0-9a-f]{6}/g, (colour) => changed.get(colour) ?? colour);
}

/** The colours of the rectangle behind everything. */
function backgroundOf(svg: string): string[] {
  const fill = /M0 0h400v400H0Z" fill="([^"]+)"/.exec(svg)?.[1] ?? '';
  const id = /^url\(#(\w+)\)$/.exec(fill)?.[1];
  const gradient = id && new RegExp(`<(\\w+Gradient) id="${id}".*?</\\1>`).exec(svg)?.[0];
  return (gradient || fill).match(/#[0-9a-f]{6}/g) ?? [];
}

function isIn({ hues = [0, 360], chroma: range = [0, 1], only }: Part, colour: string): boolean {
  if (only) return only.includes(colour);
  const { hue, chroma } = toLch(colour);
  return hue >= hues[0] && hue <= hues[1] && chroma >= range[0] && chroma <= range[1];
}

/** The colour that is to `to` what `colour` is to `from`. */
function shifted(colour: string, from: string, to: string): string {
  const [was, drawn, wanted] = [toLch(colour), toLch(from), toLch(to)];
  const lightness =
    was.lightness <= drawn.lightness
      ? (was.lightness * wanted.lightness) / drawn.lightness
      : wanted.lightness +
        ((was.lightness - drawn.lightness) * (1 - wanted.lightness)) / (1 - drawn.lightness);
  if (drawn.chroma >= greyChroma) {
    const chroma = (was.chroma / drawn.chroma) * wanted.chroma;
    return toHex({ lightness, chroma, hue: was.hue - drawn.hue + wanted.hue });
  }
  const [a, b] = [axes(was), axes(drawn)].reduce(([x, y], [dx, dy]) => [x - dx, y - dy]);
  const [wantedA, wantedB] = axes(wanted);
  const [sumA, sumB] = [a + wantedA, b + wantedB];
  return toHex({ lightness, chroma: Math.hypot(sumA, sumB), hue: degrees(Math.atan2(sumB, sumA)) });
}

function axes({ chroma, hue }: Lch): [number, number] {
  const angle = (hue * Math.PI) / 180;
  return [chroma * Math.cos(angle), chroma * Math.sin(angle)];
}

const degrees = (angle: number) => ((angle * 180) / Math.PI + 360) % 360;

function toLch(hex: string): Lch {
  const [r, g, b] = [1, 3, 5].map((at) => linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255)) as [
    number,
    number,
    number,
  ];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return {
    lightness: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    chroma: Math.hypot(a, bb),
    hue: degrees(Math.atan2(bb, a)),
  };
}

function toHex(colour: Lch): string {
  const [a, b] = axes(colour);
  const l = (colour.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (colour.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (colour.lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const rgb = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return `#${rgb.map((value) => byteOf(value).toString(16).padStart(2, '0')).join('')}`;
}

const linear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

function byteOf(value: number): number {
  const light = Math.min(1, Math.max(0, value));
  return Math.round(255 * (light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055));
}
