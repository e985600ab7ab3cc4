/** The few words of SVG that the pictures are written in. */

export type Attributes = Record<string, string | number | undefined>;
/** Colours by their place between 0 and 1; `#rrggbbaa` is partly transparent. */
export type Stops = Record<number, string>;

export function tag(name: string, attributes: Attributes, content?: string): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        ` ${key}="${typeof value === 'number' ? String(Math.round(value * 100) / 100) : value}"`,
    );
  return content === undefined
    ? `<${name}${written.join('')}/>`
    : `<${name}${written.join('')}>${content}</${name}>`;
}

export function stopTags(stops: Stops): string {
  return Object.entries(stops)
    .map(([offset, colour]): [number, string] => [Number(offset), colour])
    .sort(([a], [b]) => a - b)
    .map(([offset, colour]) =>
      tag('stop', {
        offset,
        'stop-color': colour.slice(0, 7),
        'stop-opacity': colour.length > 7 ? Number.parseInt(colour.slice(7), 16) / 255 : undefined,
      }),
    )
    .join('');
}
