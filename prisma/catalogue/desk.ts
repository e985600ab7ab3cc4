import type { CategorySeed } from '#prisma/catalogue/types.ts';

export const desk: CategorySeed = {
  slug: 'desk',
  title: 'Desk',
  description: 'Tools for writing, cutting and keeping time, with weight where it helps.',
  products: [
    {
      slug: 'brass-pen',
      title: 'Brass Pen',
      description:
        'Turned from a solid brass bar, with the weight low, where the fingers are. There is no clip and no spring: the point turns out with a twist. It darkens where it is held, so that after a year it is yours and nobody else’s.',
      details: [
        'Solid brass, unlacquered; 34 g',
        '13.2 cm long; takes the common G2 refill',
        'Polish it bright, or leave it be',
        'Turned in Birmingham, England',
      ],
      addedOn: '2026-03-17',
      option: 'Ink',
      variants: [
        { sku: 'PEN-BRASS-BLACK', title: 'Black ink', priceMinor: 5800, stock: 90, swatch: '#23262b' },
        { sku: 'PEN-BRASS-BLUE', title: 'Blue ink', priceMinor: 5800, stock: 71, swatch: '#2f4da3' },
      ],
    },
    {
      slug: 'clothbound-notebook',
      title: 'Clothbound Notebook',
      description:
        'Sewn in sections, so it lies flat at the first page and at the last. The 100 g paper takes a fountain pen without a shadow on the other side. A cloth spine and a ribbon see it through a year in a bag.',
      details: [
        'A5, 192 pages of 100 g wood-free paper',
        'Thread-sewn; linen cloth over board; ribbon',
        'Paper from certified forests',
        'Bound in Leipzig, Germany',
      ],
      addedOn: '2026-02-24',
      option: 'Ruling',
      variants: [
        { sku: 'NOTE-A5-PLAIN', title: 'Plain', priceMinor: 2200, stock: 150 },
        { sku: 'NOTE-A5-RULED', title: 'Ruled', priceMinor: 2200, stock: 132 },
        { sku: 'NOTE-A5-DOT', title: 'Dotted', priceMinor: 2200, stock: 1 },
      ],
    },
    {
      slug: 'paper-scissors',
      title: 'Paper Scissors',
      description:
        'Long blades for long straight cuts, hollow-ground and set by ear: a good pair closes with one quiet note. The screw can be tightened and the blades resharpened. Left-handed scissors are mirrored, blades and all.',
      details: [
        'Hot-forged carbon steel, black enamelled bows',
        '22 cm overall; 9 cm cut',
        'Wipe dry; a drop of oil on the screw once a year',
        'Forged in Sheffield, England',
      ],
      addedOn: '2025-10-14',
      option: 'Hand',
      variants: [
        { sku: 'SCISSOR-22-R', title: 'Right-handed', priceMinor: 4900, stock: 47 },
        { sku: 'SCISSOR-22-L', title: 'Left-handed', priceMinor: 4900, stock: 12 },
      ],
    },
    {
      slug: 'oak-desk-tray',
      title: 'Oak Desk Tray',
      description:
        'Keys, pens, a watch, the screws that were left over: a place for what wanders. It is milled from one piece of oak, with rounded hollows that a finger can sweep out. Three cork feet keep it off the table.',
      details: [
        'Solid European oak, hard-wax oil; cork feet',
        '28 × 12 × 2.4 cm, three hollows',
        'Wipe with a damp cloth, oil when it looks dry',
        'Milled in Småland, Sweden',
      ],
      addedOn: '2026-05-26',
      option: 'Finish',
      variants: [
        { sku: 'TRAY-OAK-NATURAL', title: 'Natural', priceMinor: 5400, stock: 39, swatch: '#d4b083' },
        {
          sku: 'TRAY-OAK-SMOKED',
          title: 'Smoked',
          priceMinor: 5900,
          stock: 18,
          swatch: '#7b5b3e',
          picture: 'smoked',
        },
      ],
    },
    {
      slug: 'tape-dispenser',
      title: 'Cast-Iron Tape Dispenser',
      description:
        'A kilo and a half of cast iron, so that one hand is enough. The roll turns on a brass hub and the cutter is a strip of spring steel that can be replaced. It has not moved since we put it on the counter.',
      details: [
        'Sand-cast iron, powder-coated; brass hub; felt base',
        '14 × 6 × 8 cm; 1.5 kg',
        'For rolls up to 19 mm wide',
        'Cast in Morioka, Japan',
      ],
      addedOn: '2026-06-23',
      option: 'Colour',
      variants: [
        { sku: 'TAPE-IRON-BLACK', title: 'Black', priceMinor: 6800, stock: 25, swatch: '#434544' },
        {
          sku: 'TAPE-IRON-GREEN',
          title: 'Machine green',
          priceMinor: 6800,
          stock: 9,
          swatch: '#4b6a57',
          picture: 'green',
        },
      ],
    },
    {
      slug: 'quiet-desk-clock',
      title: 'Quiet Desk Clock',
      description:
        'A clock that tells the time and nothing else. The hands sweep, so there is no tick, and the dial can be read from across the room. Its steel case leans back by six degrees, towards whoever is sitting.',
      details: [
        'Enamelled steel case, mineral glass, German sweep movement',
        '12 cm across, 5 cm deep',
        'One AA cell lasts about two years; not included',
        'Assembled in the Black Forest, Germany',
      ],
      addedOn: '2025-12-02',
      option: 'Colour',
      variants: [
        {
          sku: 'CLOCK-DESK-WHITE',
          title: 'White',
          priceMinor: 7900,
          stock: 33,
          swatch: '#ebe6d9',
          picture: 'white',
        },
        {
          sku: 'CLOCK-DESK-BLACK',
          title: 'Black',
          priceMinor: 7900,
          stock: 28,
          swatch: '#2d2e31',
          picture: 'black',
        },
      ],
    },
  ],
};
