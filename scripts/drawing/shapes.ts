/** Paths of the shapes that most things are made of. Lengths are units of a 400 by 400 picture. */

/** How flat a horizontal circle looks: everything that stands is seen from the same height. */
const tilt = 0.2;

/** A point of an outline; `corner` where it bends sharply instead of flowing on. */
type Point = [x: number, y: number, corner?: boolean];

/** Points as outlines are written down: `'10 20, 30 40!'`, the mark saying "a corner". */
export function points(written: string): Point[] {
  return written.split(',').map((point): Point => {
    const [x, y] = point.replace('!', '').trim().split(/\s+/).map(Number) as [number, number];
    return [x, y, point.includes('!')];
  });
}

export const n = (value: number): string => String(Math.round(value * 10) / 10);

/** A curve through the points, flowing except at corners. */
export function curve(written: string): string {
  const [first, ...rest] = points(written) as [Point, ...Point[]];
  return `M${n(first[0])} ${n(first[1])}${segments([first, ...rest])}`;
}

/** The same, closed back to its first point by a straight line. */
export const closed = (written: string): string => `${curve(written)}Z`;

/** Where and how a curve continues from its first point: Catmull-Rom, written as Béziers. */
function segments(points: Point[]): string {
  const at = (index: number) => points[index] as Point;
  let path = '';
  for (let i = 1; i < points.length; i += 1) {
    const from = at(i - 1);
    const to = at(i);
    const before = i > 1 && !from[2] ? at(i - 2) : from;
    const after = i + 1 < points.length && !to[2] ? at(i + 1) : to;
    path += `C${n(from[0] + (to[0] - before[0]) / 6)} ${n(from[1] + (to[1] - before[1]) / 6)} ${n(
      to[0] - (after[0] - from[0]) / 6,
    )} ${n(to[1] - (after[1] - from[1]) / 6)} ${n(to[0])} ${n(to[1])}`;
  }
  return path;
}

/**
 * What a lathe would turn: the profile gives radius and height from the top down, and the round
 * top and bottom are seen from a little above.
 */
export function turned(cx: number, profile: string, flat = tilt): string {
  const radii = points(profile);
  const left = radii.map(([r, y, corner]): Point => [cx - r, y, corner]);
  const right = radii.map(([r, y, corner]): Point => [cx + r, y, corner]).reverse();
  const [topRadius, top] = radii[0] as Point;
  const [bottomRadius, bottom] = radii.at(-1) as Point;
  const arc = (r: number, x: number, y: number) => `A${n(r)} ${n(r * flat)} 0 0 0 ${n(x)} ${n(y)}`;
  const down = `M${n(cx - topRadius)} ${n(top)}${segments(left)}${arc(bottomRadius, cx + bottomRadius, bottom)}`;
  return `${down}${segments(right)}${arc(topRadius, cx - topRadius, top)}Z`;
}

export function ellipse(cx: number, cy: number, rx: number, ry = rx * tilt): string {
  return `M${n(cx - rx)} ${n(cy)}a${n(rx)} ${n(ry)} 0 1 0 ${n(2 * rx)} 0a${n(rx)} ${n(ry)} 0 1 0 ${n(-2 * rx)} 0Z`;
}

export const circle = (cx: number, cy: number, r: number): string => ellipse(cx, cy, r, r);

/** The front half of a horizontal ring: where a band runs around something turned. */
export function band(cx: number, y: number, r: number, flat = tilt): string {
  return `M${n(cx - r)} ${n(y)}A${n(r)} ${n(r * flat)} 0 0 0 ${n(cx + r)} ${n(y)}`;
}

export function box(x: number, y: number, width: number, height: number, radius = 0): string {
  const r = Math.min(radius, width / 2, height / 2);
  if (r === 0) return `M${n(x)} ${n(y)}h${n(width)}v${n(height)}h${n(-width)}Z`;
  const turn = (dx: number, dy: number) => `a${n(r)} ${n(r)} 0 0 1 ${n(dx)} ${n(dy)}`;
  return `M${n(x + r)} ${n(y)}h${n(width - 2 * r)}${turn(r, r)}v${n(height - 2 * r)}${turn(-r, r)}h${n(2 * r - width)}${turn(-r, -r)}v${n(2 * r - height)}${turn(r, -r)}Z`;
}

/** A polygon. */
export function poly(written: string): string {
  return `M${points(written)
    .map(([x, y]) => `${n(x)} ${n(y)}`)
    .join('L')}Z`;
}

export const line = (x1: number, y1: number, x2: number, y2: number): string =>
  `M${n(x1)} ${n(y1)}L${n(x2)} ${n(y2)}`;
