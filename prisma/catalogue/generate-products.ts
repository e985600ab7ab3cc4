import { createHash } from 'node:crypto';
import { type ProductRow, productId, type VariantRow } from '#prisma/catalogue/rows.ts';

/** Makers' names. With the 38 curated products they make 2,280 titles before the first "No. 2". */
// biome-ignore format: a table of words reads better in rows
const makers = [
  'Alder', 'Anker', 'Arden', 'Askel', 'Aubin', 'Bexley', 'Birk', 'Bruun', 'Calder', 'Carrick',
  'Corvo', 'Dalby', 'Dorset', 'Drava', 'Eider', 'Elgin', 'Ember', 'Falk', 'Fenwick', 'Fjell',
  'Garda', 'Glen', 'Hallam', 'Harrow', 'Holm', 'Idris', 'Ilex', 'Jura', 'Karst', 'Kestrel',
  'Kvist', 'Larch', 'Linden', 'Lomond', 'Marlow', 'Mirre', 'Nairn', 'Nord', 'Oberon', 'Orla',
  'Penrose', 'Quill', 'Rowan', 'Ryle', 'Sable', 'Selkirk', 'Skagen', 'Sorrel', 'Tarn', 'Thule',
  'Ulverton', 'Umber', 'Vesta', 'Vinter', 'Wharf', 'Wick', 'Yarrow', 'Ysper', 'Zeeland', 'Zeno',
];

/**
 * Generates more products, to try the shop with a large catalogue. Each is one of our products as another
 * maker might make it, at another price. The nth product is the same on every machine and in every run.
 */
export function generateProducts(curated: ProductRow[], count: number): ProductRow[] {
  return Array.from({ length: count }, (_, index) => {
    // Every maker gets a turn at a product before any maker repeats it.
    const base = at(curated, index);
    const turn = Math.floor(index / curated.length);
    const maker = at(makers, turn + (index % curated.length));
    const edition = Math.floor(turn / makers.length) + 1;
    return vary(base, maker, edition, curated.length + index + 1);
  });
}

function vary(base: ProductRow, maker: string, edition: number, position: number): ProductRow {
  const suffix = edition === 1 ? '' : `-${edition}`;
  const slug = `${maker.toLowerCase()}-${base.slug}${suffix}`;
  const random = bytesOf(slug);
  const factor = 0.7 + random.readUInt16BE(0) / 65_535;
  return {
    ...base,
    id: productId(slug),
    slug,
    title: `${maker} ${base.title}${edition === 1 ? '' : ` No. ${edition}`}`,
    description: `${base.description} From the ${maker} workshop.`,
    addedOn: dayBefore(base.addedOn, random.readUInt16BE(2) % 1_500),
    position,
    variants: base.variants.map((variant, index) =>
      varyVariant(variant, `${maker}${suffix}`, factor, random, index),
    ),
  };
}

function varyVariant(
  variant: VariantRow,
  mark: string,
  factor: number,
  random: Buffer,
  index: number,
): VariantRow {
  return {
    ...variant,
    sku: `${variant.sku}-${mark.toUpperCase()}`,
    // Whole currency units, as shops set prices.
    priceMinor: Math.max(1, Math.round((variant.priceMinor * factor) / 100)) * 100,
    stock: random.readUInt8(4 + index) % 201,
  };
}

const bytesOf = (text: string): Buffer => createHash('sha256').update(text).digest();

function dayBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * 86_400_000).toISOString().slice(0, 10);
}

function at<T>(list: T[], index: number): T {
  return list[index % list.length] as T;
}
