import type { CategorySeed } from '#prisma/catalogue/types.ts';

export const outdoors: CategorySeed = {
  slug: 'outdoors',
  title: 'Outdoors',
  description: 'For the garden, the trail and the bench in between.',
  products: [
    {
      slug: 'waxed-rucksack',
      title: 'Waxed Rucksack',
      description:
        'Waxed canvas sheds a day of rain, and what it doesn’t shed, the roll top does. Bridle-leather straps are bolted on rather than stitched, so they can be replaced at any saddler’s. Holds a laptop, a loaf and a change of clothes.',
      details: [
        '18 oz waxed cotton, bridle leather, solid brass',
        '46 × 30 × 15 cm; 20 litres',
        'Brush off dirt, re-wax once a year',
        'Sewn in Dundee, Scotland',
      ],
      addedOn: '2026-03-10',
      option: 'Colour',
      variants: [
        { sku: 'RUCKSACK-OLIVE-20', title: 'Olive', priceMinor: 21500, stock: 13, swatch: '#827e5a' },
        {
          sku: 'RUCKSACK-TAN-20',
          title: 'Tan',
          priceMinor: 21500,
          stock: 8,
          swatch: '#b28d60',
          picture: 'tan',
        },
      ],
    },
    {
      slug: 'steel-flask',
      title: 'Steel Flask',
      description:
        'Two walls of steel with nothing between them: soup is hot at the summit and water cold in the car. The stopper pours at half a turn and comes apart for cleaning. The cap is the cup.',
      details: [
        'Stainless steel 18/8, powder-coated; silicone seals',
        'Hot for 18 hours, cold for 24',
        'Wash by hand; seals sold separately',
        'Made in Miki, Japan',
      ],
      addedOn: '2026-06-16',
      option: 'Size and finish',
      variants: [
        { sku: 'FLASK-MOSS-050', title: '0.5 l, moss', priceMinor: 3900, stock: 110, swatch: '#7f8862' },
        { sku: 'FLASK-MOSS-075', title: '0.75 l, moss', priceMinor: 4500, stock: 84, swatch: '#7f8862' },
        {
          sku: 'FLASK-STEEL-050',
          title: '0.5 l, steel',
          priceMinor: 3600,
          stock: 97,
          swatch: '#b2b4b3',
          picture: 'steel',
        },
        {
          sku: 'FLASK-STEEL-075',
          title: '0.75 l, steel',
          priceMinor: 4200,
          stock: 62,
          swatch: '#b2b4b3',
          picture: 'steel',
        },
        {
          sku: 'FLASK-STEEL-100',
          title: '1 l, steel',
          priceMinor: 4900,
          stock: 1,
          swatch: '#b2b4b3',
          picture: 'steel',
        },
      ],
    },
    {
      slug: 'pocket-knife',
      title: 'Pocket Knife',
      description:
        'A farmer’s knife: one blade, one ring to lock it, one handle of beech. It opens the post, halves an apple and is not missed until it is missing. Carbon steel takes an edge in a minute and a patina in a month.',
      details: [
        'Carbon steel blade, beech handle, steel locking ring',
        'Blade 8 cm; 11 cm folded; 45 g',
        'Keep it dry and oil the pivot',
        'Made in Savoy, France',
      ],
      addedOn: '2025-09-16',
      option: 'Handle',
      variants: [
        { sku: 'KNIFE-POCKET-BEECH', title: 'Beech', priceMinor: 2400, stock: 145, swatch: '#d8b084' },
        {
          sku: 'KNIFE-POCKET-WALNUT',
          title: 'Walnut',
          priceMinor: 3100,
          stock: 56,
          swatch: '#7a5236',
          picture: 'walnut',
        },
      ],
    },
    {
      slug: 'hand-trowel',
      title: 'Hand Trowel',
      description:
        'A trowel that does not bend at the first stone. Blade and neck are forged in one, and the ash handle is driven into the socket and riveted. The blade is marked in centimetres, because bulbs are particular.',
      details: [
        'Forged carbon steel, ash handle, leather loop',
        '31 cm long; 230 g',
        'Knock off the soil, wipe with an oily rag',
        'Forged in Friesland, the Netherlands',
      ],
      addedOn: '2026-03-03',
      variants: [{ sku: 'TROWEL-STEEL-31', title: '', priceMinor: 3300, stock: 78 }],
    },
    {
      slug: 'watering-can',
      title: 'Watering Can',
      description:
        'The long neck reaches the back of the bed, and the brass rose throws rain rather than a jet. Hot-dip galvanised after welding, seams and all, so rust has nowhere to begin. Balanced to pour with one hand.',
      details: [
        'Hot-dip galvanised steel, removable brass rose',
        'Fits a hand-width between rows: 18 cm wide',
        'Empty it before frost',
        'Made in the West Midlands, England',
      ],
      addedOn: '2026-04-07',
      option: 'Size',
      variants: [
        { sku: 'CAN-ZINC-5', title: '5 litres', priceMinor: 6200, stock: 29 },
        { sku: 'CAN-ZINC-9', title: '9 litres', priceMinor: 7600, stock: 23 },
      ],
    },
    {
      slug: 'folding-stool',
      title: 'Folding Stool',
      description:
        'Three beech legs, one bolt and a leather seat: it opens with a shake and stands level on any ground, as only three legs can. Carries 120 kg and weighs less than a bottle of wine. For sketching, fishing and queues.',
      details: [
        'Oiled beech, vegetable-tanned leather, brass bolt',
        '45 cm high; 60 cm folded; 1.1 kg',
        'Feed the leather once a season',
        'Made on Bornholm, Denmark',
      ],
      addedOn: '2026-05-28',
      option: 'Leather',
      variants: [
        { sku: 'STOOL-FOLD-TAN', title: 'Tan leather', priceMinor: 9400, stock: 26, swatch: '#a86d41' },
        {
          sku: 'STOOL-FOLD-BLACK',
          title: 'Black leather',
          priceMinor: 9400,
          stock: 15,
          swatch: '#35322f',
          picture: 'black',
        },
      ],
    },
  ],
};
