import type { CategorySeed } from '#prisma/catalogue/types.ts';

export const kitchen: CategorySeed = {
  slug: 'kitchen',
  title: 'Kitchen',
  description: 'Pans, knives and crockery that are used every day and get better for it.',
  products: [
    {
      slug: 'stoneware-mug',
      title: 'Stoneware Mug',
      description:
        'A mug with a wide foot and a handle that takes three fingers. Thrown from iron-speckled stoneware and glazed inside and out, so coffee leaves no ring. It keeps its warmth through the first page of the paper.',
      details: [
        'Iron-speckled stoneware, lead-free glaze',
        '350 ml (12 oz), 9 cm tall, 8.5 cm across',
        'Dishwasher and microwave safe',
        'Thrown in a workshop of six in Jutland, Denmark',
      ],
      addedOn: '2026-02-03',
      option: 'Glaze',
      variants: [
        { sku: 'MUG-CHALK-350', title: 'Chalk', priceMinor: 2800, stock: 120, swatch: '#f3eee3' },
        {
          sku: 'MUG-MOSS-350',
          title: 'Moss',
          priceMinor: 2800,
          stock: 64,
          swatch: '#8a946f',
          picture: 'moss',
        },
        {
          sku: 'MUG-SLATE-350',
          title: 'Slate',
          priceMinor: 2800,
          stock: 3,
          swatch: '#6d767f',
          picture: 'slate',
        },
      ],
    },
    {
      slug: 'carbon-steel-pan',
      title: 'Carbon Steel Pan',
      description:
        'Lighter than cast iron, quicker to heat, and non-stick for life once it is seasoned. The pan is pressed from one 2.5 mm sheet and its handle is riveted, so nothing can come loose. Good on gas, induction and open fire.',
      details: [
        'Carbon steel, 2.5 mm; steel handle with three rivets',
        'Arrives waxed: wash hot, then season with oil before first use',
        'Wash by hand, dry at once, oil thinly',
        'Pressed in the Vosges, France',
      ],
      addedOn: '2025-11-18',
      option: 'Size',
      variants: [
        { sku: 'PAN-STEEL-20', title: '20 cm', priceMinor: 4400, stock: 40 },
        { sku: 'PAN-STEEL-24', title: '24 cm', priceMinor: 5200, stock: 75 },
        { sku: 'PAN-STEEL-28', title: '28 cm', priceMinor: 6400, stock: 31 },
      ],
    },
    {
      slug: 'enamel-casserole',
      title: 'Enamel Casserole',
      description:
        'A casserole for soup on Monday and bread on Sunday. Two coats of enamel over steel make it a third of the weight of cast iron, and the close lid bastes what is inside. The rim is rolled in stainless steel, where other pots chip first.',
      details: [
        'Enamelled steel with a stainless rim; beech knob',
        '24 cm across; 4 litres (4.2 qt)',
        'All hobs, oven to 230 °C without the knob',
        'Fired in Upper Austria',
      ],
      addedOn: '2026-04-21',
      option: 'Colour',
      variants: [
        {
          sku: 'CASS-CREAM-40',
          title: 'Cream',
          priceMinor: 8900,
          stock: 22,
          swatch: '#efe5d0',
          picture: 'cream',
        },
        { sku: 'CASS-BRICK-40', title: 'Brick', priceMinor: 8900, stock: 17, swatch: '#a64a35' },
        {
          sku: 'CASS-SPRUCE-40',
          title: 'Spruce',
          priceMinor: 8900,
          stock: 0,
          swatch: '#3f5b4c',
          picture: 'spruce',
        },
      ],
    },
    {
      slug: 'chefs-knife',
      title: "Chef's Knife",
      description:
        'One knife for nearly everything between the market and the pot. The blade is forged from a single bar with a full tang, ground thin behind the edge, and takes a new edge on a plain stone. Walnut scales warm to the hand.',
      details: [
        'Forged X50 steel, 57 HRC; oiled walnut scales, brass pins',
        'Wash by hand and dry; never in the dishwasher',
        'Sharpened free of charge in its first year',
        'Forged in Solingen, Germany',
      ],
      addedOn: '2025-09-30',
      option: 'Blade',
      variants: [
        { sku: 'KNIFE-CHEF-16', title: '16 cm blade', priceMinor: 11500, stock: 26 },
        { sku: 'KNIFE-CHEF-20', title: '20 cm blade', priceMinor: 12900, stock: 44 },
      ],
    },
    {
      slug: 'maple-cutting-board',
      title: 'Maple Cutting Board',
      description:
        'Hard maple, glued edge to edge from staves that follow the grain, so it stays flat and is kind to knives. A finger hole hangs it to dry. Oil it twice a year and it will outlast the kitchen.',
      details: [
        'Hard maple, food-safe oil finish, 22 mm thick',
        'Small 30 × 20 cm, large 42 × 28 cm',
        'Wipe clean and stand on edge to dry',
        'Made in Vermont, USA',
      ],
      addedOn: '2026-01-13',
      option: 'Size',
      variants: [
        { sku: 'BOARD-MAPLE-S', title: 'Small', priceMinor: 4600, stock: 58 },
        { sku: 'BOARD-MAPLE-L', title: 'Large', priceMinor: 7200, stock: 2 },
      ],
    },
    {
      slug: 'stovetop-kettle',
      title: 'Stovetop Kettle',
      description:
        'A kettle with nothing to break: no plug, no seal, no lid on a spring. Brushed stainless steel boils a litre in five minutes, and the swan spout pours thin enough for filter coffee. The handle stays cool in its ash sleeve.',
      details: [
        'Stainless steel 18/10, ash handle',
        '1.2 litres (40 oz); base 17 cm',
        'Gas, electric and induction hobs',
        'Spun and polished in Tsubame, Japan',
      ],
      addedOn: '2026-06-09',
      variants: [{ sku: 'KETTLE-STEEL-12', title: '', priceMinor: 9800, stock: 36 }],
    },
    {
      slug: 'glass-carafe',
      title: 'Glass Carafe',
      description:
        'Mouth-blown from clear borosilicate with a neck that fits a hand and ice alike. It goes from the fridge to boiling tea without a thought. The cork stopper keeps a cut lemon out of the butter’s business.',
      details: [
        'Borosilicate glass, natural cork',
        '1 litre (34 oz), 27 cm tall',
        'Dishwasher safe without the stopper',
        'Blown in northern Bohemia',
      ],
      addedOn: '2026-05-05',
      variants: [{ sku: 'CARAFE-GLASS-100', title: '', priceMinor: 3400, stock: 88 }],
    },
  ],
};
