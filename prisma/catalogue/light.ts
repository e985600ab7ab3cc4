import type { CategorySeed } from '#prisma/catalogue/types.ts';

export const light: CategorySeed = {
  slug: 'light',
  title: 'Light',
  description: 'Lamps that take an ordinary bulb, and candles for when no lamp is right.',
  products: [
    {
      slug: 'jointed-task-lamp',
      title: 'Jointed Task Lamp',
      description:
        'Balanced by springs, so a fingertip moves it and it stays where it is left. Every joint can be tightened with a coin and every part can be ordered, from the shade to the switch. The light falls on the page and not in the eye.',
      details: [
        'Steel and aluminium, powder-coated; cast base',
        'Reach 85 cm; cloth cable 180 cm',
        'Takes an E26 or E27 bulb up to 9 W LED; not included',
        'Made in Redditch, England',
      ],
      addedOn: '2026-02-17',
      option: 'Colour',
      variants: [
        { sku: 'LAMP-TASK-BRICK', title: 'Brick red', priceMinor: 18900, stock: 14, swatch: '#a64a35' },
        {
          sku: 'LAMP-TASK-CHALK',
          title: 'Chalk',
          priceMinor: 18900,
          stock: 19,
          swatch: '#e9e4d8',
          picture: 'chalk',
        },
        {
          sku: 'LAMP-TASK-NIGHT',
          title: 'Night blue',
          priceMinor: 18900,
          stock: 0,
          swatch: '#2f3f66',
          picture: 'night',
        },
      ],
    },
    {
      slug: 'paper-table-lamp',
      title: 'Paper Table Lamp',
      description:
        'A shade of folded mulberry paper over a foot of turned ash. The pleats stiffen the paper, so there is no wire inside, and they spread the light as evenly as a cloudy day. A dimmer sits in the cable.',
      details: [
        'Mulberry paper, solid ash; cloth cable with dimmer',
        '42 cm tall, shade 30 cm across',
        'Takes an E26 or E27 bulb up to 8 W LED; not included',
        'Folded in Gifu, Japan',
      ],
      addedOn: '2026-06-02',
      variants: [{ sku: 'LAMP-PAPER-42', title: '', priceMinor: 13900, stock: 21 }],
    },
    {
      slug: 'enamel-pendant',
      title: 'Enamel Pendant',
      description:
        'The lamp of workshops and station platforms, drawn a little softer for over a table. Enamel is glass on steel: it does not yellow, and a damp cloth makes it new. White inside, to throw the light down.',
      details: [
        'Enamelled steel, brass fitting, 2 m cloth cable',
        '36 cm across, 24 cm tall',
        'Takes an E26 or E27 bulb up to 15 W LED; not included',
        'Fired in Łódź, Poland',
      ],
      addedOn: '2025-12-16',
      option: 'Colour',
      variants: [
        { sku: 'PENDANT-SPRUCE-36', title: 'Spruce', priceMinor: 12400, stock: 30, swatch: '#43604f' },
        {
          sku: 'PENDANT-CREAM-36',
          title: 'Cream',
          priceMinor: 12400,
          stock: 27,
          swatch: '#eadfc6',
          picture: 'cream',
        },
        {
          sku: 'PENDANT-GRAPHITE-36',
          title: 'Graphite',
          priceMinor: 12400,
          stock: 16,
          swatch: '#47494d',
          picture: 'graphite',
        },
      ],
    },
    {
      slug: 'beeswax-candles',
      title: 'Beeswax Candles',
      description:
        'Dipped thirty times, the way it was done before moulds. Pure beeswax burns slowly, hardly drips and smells of a warm hive, faintly. Six to a bundle, tied with cotton that can be used again.',
      details: [
        '100% beeswax, cotton wick; bundle of six',
        '25 cm tall, 2.2 cm across; about 9 hours each',
        'Trim the wick to 5 mm before lighting',
        'Dipped in the Jura, Switzerland',
      ],
      addedOn: '2025-11-25',
      variants: [{ sku: 'CANDLE-BEESWAX-6', title: '', priceMinor: 3600, stock: 160 }],
    },
    {
      slug: 'iron-candlestick',
      title: 'Iron Candlestick',
      description:
        'A candlestick to be carried: a dish for the wax, a ring for the finger. Forged from one strip of iron and blackened in linseed oil while hot, so there is no paint to flake. It fits our beeswax candles without wobbling.',
      details: [
        'Forged iron, linseed-oil finish',
        'Dish 13 cm across; for candles of 2.2 cm',
        'Warm it and the wax lifts out',
        'Forged in Asturias, Spain',
      ],
      addedOn: '2026-01-06',
      variants: [{ sku: 'STICK-IRON-13', title: '', priceMinor: 4200, stock: 52 }],
    },
    {
      slug: 'storm-lantern',
      title: 'Storm Lantern',
      description:
        'Burns for twenty hours on a fill and shrugs at wind and rain. The globe lifts with a lever for lighting, and globe, wick and burner are spare parts that we stock. Hang it from a branch or read beside it when the power is out.',
      details: [
        'Galvanised steel, tempered glass globe',
        '27 cm tall; tank 340 ml; 14 mm wick',
        'For lamp oil or paraffin, out of doors or well aired',
        'Made in Beierfeld, Germany',
      ],
      addedOn: '2026-05-12',
      option: 'Colour',
      variants: [
        {
          sku: 'LANTERN-ZINC',
          title: 'Zinc',
          priceMinor: 5600,
          stock: 45,
          swatch: '#a2a7a8',
          picture: 'zinc',
        },
        { sku: 'LANTERN-GREEN', title: 'Field green', priceMinor: 5600, stock: 38, swatch: '#5f7a63' },
        {
          sku: 'LANTERN-OCHRE',
          title: 'Ochre',
          priceMinor: 5600,
          stock: 7,
          swatch: '#bd8d3c',
          picture: 'ochre',
        },
      ],
    },
  ],
};
