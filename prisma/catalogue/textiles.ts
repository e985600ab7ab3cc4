import type { CategorySeed } from '#prisma/catalogue/types.ts';

export const textiles: CategorySeed = {
  slug: 'textiles',
  title: 'Textiles',
  description: 'Wool, linen and cotton, woven close and hemmed to be washed a thousand times.',
  products: [
    {
      slug: 'wool-blanket',
      title: 'Wool Blanket',
      description:
        'Woven from the wool of sheep that spend their summers on salt meadows, then raised with teasels until it is soft. Heavy enough to stay where it is put, light enough for a second one. The stripe at the end is the mill’s own.',
      details: [
        '100% new wool, 420 g/m²; whip-stitched edge',
        '140 × 200 cm (55 × 79 in)',
        'Air it; wool wash at 30 °C when you must',
        'Woven at a mill in Ribe, Denmark',
      ],
      addedOn: '2025-10-07',
      option: 'Colour',
      variants: [
        { sku: 'BLANKET-OAT', title: 'Oat', priceMinor: 14900, stock: 24, swatch: '#d8c8ab' },
        {
          sku: 'BLANKET-RUST',
          title: 'Rust',
          priceMinor: 14900,
          stock: 11,
          swatch: '#a85f40',
          picture: 'rust',
        },
        {
          sku: 'BLANKET-PINE',
          title: 'Pine',
          priceMinor: 14900,
          stock: 2,
          swatch: '#50685a',
          picture: 'pine',
        },
      ],
    },
    {
      slug: 'linen-tea-towels',
      title: 'Linen Tea Towels',
      description:
        'Half-linen is a compromise; this is the whole thing. Long-fibre flax dries a glass without a thread left on it and is dry itself by the next meal. Sold as a pair, with a loop woven into the corner.',
      details: [
        '100% long-fibre linen, 210 g/m²; set of two',
        '50 × 70 cm each',
        'Wash at 60 °C; softer every time',
        'Flax from Normandy, woven in Lithuania',
      ],
      addedOn: '2026-03-31',
      option: 'Stripe',
      variants: [
        {
          sku: 'TOWEL-TEA-INDIGO',
          title: 'Indigo stripe',
          priceMinor: 3200,
          stock: 140,
          swatch: '#2f4da3',
          picture: 'indigo',
        },
        {
          sku: 'TOWEL-TEA-CLAY',
          title: 'Clay stripe',
          priceMinor: 3200,
          stock: 95,
          swatch: '#b0603f',
          picture: 'clay',
        },
      ],
    },
    {
      slug: 'waffle-bath-towel',
      title: 'Waffle Bath Towel',
      description:
        'A honeycomb weave has twice the surface of terry at half the weight: it drinks, and then it dries. Packed small, it is a good towel to travel with. It shrinks a little at the first wash, which is when the waffle wakes up.',
      details: [
        'Organic long-staple cotton, 320 g/m²',
        'Bath 70 × 140 cm, sheet 100 × 160 cm after washing',
        'Wash at 60 °C, tumble dry low',
        'Woven in Guimarães, Portugal',
      ],
      addedOn: '2026-04-14',
      option: 'Size and colour',
      variants: [
        {
          sku: 'WAFFLE-BATH-SAND',
          title: 'Bath, sand',
          priceMinor: 3900,
          stock: 80,
          swatch: '#ede3d1',
          picture: 'sand',
        },
        {
          sku: 'WAFFLE-BATH-SAGE',
          title: 'Bath, sage',
          priceMinor: 3900,
          stock: 66,
          swatch: '#c7cdb8',
          picture: 'sage',
        },
        {
          sku: 'WAFFLE-SHEET-SAND',
          title: 'Sheet, sand',
          priceMinor: 5600,
          stock: 35,
          swatch: '#ede3d1',
          picture: 'sand',
        },
        {
          sku: 'WAFFLE-SHEET-SAGE',
          title: 'Sheet, sage',
          priceMinor: 5600,
          stock: 0,
          swatch: '#c7cdb8',
          picture: 'sage',
        },
      ],
    },
    {
      slug: 'linen-cushion',
      title: 'Linen Cushion',
      description:
        'A cover of washed linen over a filling of curled wool, which springs back without being punched. Hidden buttons instead of a zip, so that nothing scratches and anything can be mended. Made to be leant on.',
      details: [
        'Cover 100% washed linen; filling 100% wool in cotton',
        '50 × 50 cm, with filling',
        'Cover at 40 °C; air the filling in the sun',
        'Sewn in Tartu, Estonia',
      ],
      addedOn: '2026-05-19',
      option: 'Colour',
      variants: [
        { sku: 'CUSHION-OCHRE', title: 'Ochre', priceMinor: 6400, stock: 42, swatch: '#c99a45' },
        {
          sku: 'CUSHION-STONE',
          title: 'Stone',
          priceMinor: 6400,
          stock: 51,
          swatch: '#bdb5a6',
          picture: 'stone',
        },
        {
          sku: 'CUSHION-DUSK',
          title: 'Dusk blue',
          priceMinor: 6400,
          stock: 20,
          swatch: '#6a7d9c',
          picture: 'dusk',
        },
      ],
    },
    {
      slug: 'ribbed-wool-socks',
      title: 'Ribbed Wool Socks',
      description:
        'Warm when wet, cool when walking and rarely in need of a wash. Fine merino carries the comfort, a fifth of nylon carries the heel. The toe is linked by hand: run a finger over it and there is no seam to find.',
      details: [
        '80% merino wool, 20% nylon; ribbed to the cuff',
        'Sold as a pair; a skein of darning wool comes with it',
        'Wash at 40 °C inside out',
        'Knitted in Leicestershire, England',
      ],
      addedOn: '2025-11-04',
      option: 'Size',
      variants: [
        { sku: 'SOCK-WOOL-S', title: 'EU 36–38', priceMinor: 2100, stock: 60 },
        { sku: 'SOCK-WOOL-M', title: 'EU 39–41', priceMinor: 2100, stock: 200 },
        { sku: 'SOCK-WOOL-L', title: 'EU 42–44', priceMinor: 2100, stock: 180 },
        { sku: 'SOCK-WOOL-XL', title: 'EU 45–47', priceMinor: 2100, stock: 3 },
      ],
    },
    {
      slug: 'canvas-apron',
      title: 'Canvas Apron',
      description:
        'Cut from 12-ounce canvas, the weight of a good pair of jeans, with a single strap that runs through both sides and so sets its own length. One deep pocket for a cloth, one narrow one for a pen. Equal to flour, paint and roses.',
      details: [
        'Organic cotton canvas, 400 g/m²; brass rivets',
        '86 cm long; one size, by way of the strap',
        'Wash at 40 °C; the colour softens with wear',
        'Sewn in Porto, Portugal',
      ],
      addedOn: '2026-01-27',
      option: 'Colour',
      variants: [
        { sku: 'APRON-INK', title: 'Ink', priceMinor: 5900, stock: 48, swatch: '#4e596f' },
        {
          sku: 'APRON-OLIVE',
          title: 'Olive',
          priceMinor: 5900,
          stock: 37,
          swatch: '#6f6e4a',
          picture: 'olive',
        },
      ],
    },
  ],
};
