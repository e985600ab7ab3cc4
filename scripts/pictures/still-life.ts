/** The large picture of the home page: several products on one table, made from their drawings. */

const width = 1600;
const height = 900;
/** Where the things stand. */
const tableTop = 640;

interface Thing {
  /** The name of its drawing in `public/products`. */
  picture: string;
  /** The side of its square, in units of this picture. */
  size: number;
  /** The left edge of its square. */
  x: number;
  /** Where it is in its own square, from 0 (top) to 1; a lamp hangs from 0. */
  foot: number;
  /** Where its foot is here. */
  y: number;
}

/** From the back to the front. */
const things: Thing[] = [
  { picture: 'enamel-pendant', size: 560, x: 560, foot: 0, y: -46 },
  { picture: 'stovetop-kettle', size: 560, x: 190, foot: 0.775, y: tableTop + 70 },
  { picture: 'glass-carafe', size: 470, x: 1130, foot: 0.78, y: tableTop + 64 },
  { picture: 'enamel-casserole', size: 600, x: 520, foot: 0.81, y: tableTop + 120 },
  { picture: 'stoneware-mug-slate', size: 370, x: 960, foot: 0.76, y: tableTop + 118 },
  { picture: 'stoneware-mug', size: 390, x: 1085, foot: 0.76, y: tableTop + 182 },
  { picture: 'iron-candlestick', size: 420, x: 40, foot: 0.79, y: tableTop + 176 },
];

/** `drawingOf` returns the SVG of a picture by its name. */
export function stillLife(drawingOf: (picture: string) => string): string {
  const placed = things.map(({ picture, size, x, foot, y }, index) => {
    const top = Math.round(y - foot * size);
    const inner = withoutBackground(drawingOf(picture), `t${index}`);
    return `<svg x="${x}" y="${top}" width="${size}" height="${size}" viewBox="0 0 400 400" overflow="visible">${inner}</svg>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}">`,
    '<defs><radialGradient id="wall" cx="0.52" cy="0.4" r="0.75"><stop offset="0" stop-color="#f6eedd"/><stop offset="1" stop-color="#d8cab2"/></radialGradient>',
    '<linearGradient id="table" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#d3ac7b"/><stop offset="1" stop-color="#b88c5c"/></linearGradient></defs>',
    `<path d="M0 0h${width}v${tableTop}H0Z" fill="url(#wall)"/>`,
    `<path d="M0 ${tableTop}h${width}v${height - tableTop}H0Z" fill="url(#table)"/>`,
    `<path d="M0 ${tableTop}h${width}v5H0Z" fill="#e6c79d"/>`,
    ...placed,
    '</svg>\n',
  ].join('');
}

/** The elements of a drawing without its background. Ids get a prefix, because each drawing has its own `a0`. */
function withoutBackground(svg: string, prefix: string): string {
  return svg
    .replace(/^<svg[^>]*>|<\/svg>\s*$/g, '')
    .replace(/<path d="M0 0h400v400H0Z"[^>]*\/>/, '')
    .replaceAll(/id="(\w+)"/g, `id="${prefix}$1"`)
    .replaceAll(/url\(#(\w+)\)/g, `url(#${prefix}$1)`);
}
