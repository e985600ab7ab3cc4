import type { CategorySeed } from '#prisma/catalogue/types.ts';

export const care: CategorySeed = {
  slug: 'care',
  title: 'Care',
  description: 'Brushes, soap and tools: what keeps everything else going.',
  products: [
    {
      slug: 'olive-oil-soap',
      title: 'Olive Oil Soap',
      description:
        'Boiled for ten days in an open kettle, as it has been in Marseille since before there were bottles. Olive oil, soda and sea salt, and nothing that needs a label. Kind to hands, wool and chopping boards.',
      details: [
        '72% olive oil; no colour, no scent, no palm oil',
        'Cubes of 300 g (10.5 oz)',
        'Keep it dry between uses and it lasts for months',
        'Boiled in Marseille, France',
      ],
      addedOn: '2025-09-09',
      option: 'Set',
      variants: [
        { sku: 'SOAP-OLIVE-1', title: 'One cube', priceMinor: 900, stock: 200 },
        { sku: 'SOAP-OLIVE-3', title: 'Three cubes', priceMinor: 2400, stock: 130 },
      ],
    },
    {
      slug: 'beech-dish-brush',
      title: 'Beech Dish Brush',
      description:
        'A long handle, a round head and bristles of agave fibre, stiff enough for a pan and safe for a glass. When the head is worn, a new one clips in and the handle stays. Hang it by its loop and it is dry in an hour.',
      details: [
        'Oiled beech, agave fibre, steel clip, cotton loop',
        '24 cm long; head 4 cm across',
        'Stand or hang it to dry; the head can be composted',
        'Made in the Black Forest, Germany',
      ],
      addedOn: '2026-01-20',
      option: 'Part',
      variants: [
        { sku: 'BRUSH-DISH', title: 'Brush', priceMinor: 1400, stock: 175 },
        { sku: 'BRUSH-DISH-HEADS', title: 'Two spare heads', priceMinor: 900, stock: 190 },
      ],
    },
    {
      slug: 'dustpan-and-brush',
      title: 'Dustpan and Brush',
      description:
        'The lip of the pan is rolled thin, so the last line of dust goes over it. Horsehair gathers what plastic only moves about. They hang together on one hook, which is half of being tidy.',
      details: [
        'Powder-coated steel; beech and horsehair',
        'Pan 23 cm wide; brush 30 cm long',
        'Comb the brush out now and then',
        'Bound by hand in Stockholm, Sweden',
      ],
      addedOn: '2026-02-10',
      option: 'Colour',
      variants: [
        { sku: 'DUSTPAN-GREEN', title: 'Green', priceMinor: 3800, stock: 55, swatch: '#43604f' },
        {
          sku: 'DUSTPAN-GREY',
          title: 'Grey',
          priceMinor: 3800,
          stock: 49,
          swatch: '#83868a',
          picture: 'grey',
        },
      ],
    },
    {
      slug: 'safety-razor',
      title: 'Safety Razor',
      description:
        'One blade, at one angle, in a head machined to a hundredth of a millimetre. A blade costs ten cents and is all there is to throw away. The knurled handle has the weight to do the work, so the hand only has to steer.',
      details: [
        'Nickel-plated brass; ten steel blades come with it',
        '9.5 cm long; 78 g; closed comb',
        'Rinse, shake, stand it up',
        'Made in Solingen, Germany',
      ],
      addedOn: '2026-04-28',
      option: 'Finish',
      variants: [
        { sku: 'RAZOR-NICKEL', title: 'Nickel', priceMinor: 5200, stock: 68, swatch: '#b3b5b0' },
        {
          sku: 'RAZOR-BRASS',
          title: 'Raw brass',
          priceMinor: 5800,
          stock: 0,
          swatch: '#c3a45f',
          picture: 'brass',
        },
      ],
    },
    {
      slug: 'shoe-care-tin',
      title: 'Shoe Care Tin',
      description:
        'Everything a pair of leather shoes asks for, in a tin that fits a drawer: a horsehair brush, a dauber, a cotton cloth and a pot of wax. Ten minutes on a Sunday adds years. The wax is beeswax, carnauba and patience.',
      details: [
        'Beech and horsehair brush, dauber, cloth, 50 ml wax',
        'Tin 17 × 11 × 6 cm',
        'Wax in neutral, brown or black; refills sold separately',
        'Packed in Vienna, Austria',
      ],
      addedOn: '2025-10-28',
      option: 'Wax',
      variants: [
        { sku: 'SHOE-TIN-NEUTRAL', title: 'Neutral wax', priceMinor: 4800, stock: 34, swatch: '#ecd09a' },
        { sku: 'SHOE-TIN-BROWN', title: 'Brown wax', priceMinor: 4800, stock: 41, swatch: '#6b4428' },
        { sku: 'SHOE-TIN-BLACK', title: 'Black wax', priceMinor: 4800, stock: 29, swatch: '#27241f' },
      ],
    },
    {
      slug: 'steel-toolbox',
      title: 'Steel Toolbox',
      description:
        'Pressed from one sheet, folded and spot-welded, with a lid that doubles as a tray. It has been made on the same press since 1956 and nobody has found what to improve. Hammer, pliers, and room for the thing you’ll buy next.',
      details: [
        'Cold-rolled steel 0.8 mm, baked enamel',
        '36 × 15 × 13 cm; 1.6 kg',
        'Stacks; the handle folds flat',
        'Pressed in Osaka, Japan',
      ],
      addedOn: '2026-06-30',
      option: 'Colour',
      variants: [
        { sku: 'TOOLBOX-BLUE', title: 'Blue', priceMinor: 6900, stock: 32, swatch: '#3754a6' },
        { sku: 'TOOLBOX-RED', title: 'Red', priceMinor: 6900, stock: 24, swatch: '#a83a31', picture: 'red' },
        {
          sku: 'TOOLBOX-SILVER',
          title: 'Silver',
          priceMinor: 6900,
          stock: 19,
          swatch: '#a9aeb2',
          picture: 'silver',
        },
      ],
    },
    {
      slug: 'willow-basket',
      title: 'Willow Laundry Basket',
      description:
        'Willow is cut in winter, soaked for a week and woven in an afternoon. The basket gives a little when it is full and is light when it is empty, and it will carry washing, logs or a sleeping cat. The handles are woven in, not tied on.',
      details: [
        'Peeled willow, woven on a solid base',
        '48 cm across, 30 cm tall; holds two machine loads',
        'Mist it with water once a year to keep it supple',
        'Woven in Lower Silesia, Poland',
      ],
      addedOn: '2025-12-09',
      variants: [{ sku: 'BASKET-WILLOW-48', title: '', priceMinor: 8200, stock: 10 }],
    },
  ],
};
