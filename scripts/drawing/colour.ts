/** The palette of all pictures: earth, metal and wood, with enamel colours for accents. */
export const paint = {
  chalk: '#f3eee3',
  cream: '#efe3c8',
  oat: '#d8c8ab',
  ochre: '#c99a45',
  rust: '#b0603f',
  brick: '#a64a35',
  moss: '#7f8862',
  sage: '#a8b398',
  spruce: '#43604f',
  cobalt: '#2f4da3',
  dusk: '#7088a0',
  night: '#2f3d58',
  slate: '#5c656b',
  ink: '#333a44',
  iron: '#403e3b',
  steel: '#b7bbba',
  zinc: '#a3a9a8',
  brass: '#c3a055',
  oak: '#c99e68',
  ash: '#e0c499',
  maple: '#e3c598',
  beech: '#d8b084',
  walnut: '#80583b',
  leather: '#a86d41',
  olive: '#7a7650',
  wax: '#dcae4f',
  paper: '#f8f2e4',
  willow: '#cda468',
} as const;

/** Backgrounds: warm neutrals that sit quietly on a light page and on a dark one. */
export const tiles = {
  linen: '#ece4d6',
  sand: '#e7d8c2',
  blush: '#e9d8cc',
  sage: '#dcdfd0',
  mist: '#d9dedd',
  stone: '#e1dcd3',
} as const;

export type Tile = keyof typeof tiles;

const light = '#fffaf0';
const dark = '#221810';

/** A colour in more light (up to 1) or in more shadow (down to -1), warm at both ends. */
export function shade(colour: string, amount: number): string {
  return mix(colour, amount < 0 ? dark : light, Math.abs(amount));
}

export function mix(from: string, to: string, share: number): string {
  const channels = [1, 3, 5].map((at) => {
    const [a, b] = [from, to].map((colour) => Number.parseInt(colour.slice(at, at + 2), 16)) as [
      number,
      number,
    ];
    return Math.round(a + (b - a) * share)
      .toString(16)
      .padStart(2, '0');
  });
  return `#${channels.join('')}`;
}
