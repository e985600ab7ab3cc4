import type { Paint, Part } from '#scripts/pictures/repaint.ts';

/**
 * The pictures of variants that are drawn from the picture of their product, by the product's slug and by the
 * end of their own name: `moss` of `stoneware-mug` is `stoneware-mug-moss.svg`. `npm run pictures` draws them.
 */
export const drawings: Record<string, Record<string, Paint[]>> = {
  'stoneware-mug': inColours({ hues: [74, 90], chroma: [0.01, 0.045] }, '#f3eee3', {
    moss: '#8a946f',
    slate: '#6d767f',
  }),
  'enamel-casserole': inColours(brickRed(), '#a64a35', { cream: '#efe5d0', spruce: '#3f5b4c' }),
  'wool-blanket': {
    // The stripe of the rust one is in the colour of the others.
    rust: [
      { part: wool(), from: '#d8c8ab', to: '#a85f40' },
      { part: { only: ['#b0603f'] }, from: '#b0603f', to: '#e6dac4' },
    ],
    pine: [{ part: wool(), from: '#d8c8ab', to: '#50685a' }],
  },
  // The product's picture shows one of each.
  'linen-tea-towels': {
    indigo: [{ part: { only: ['#b0603f'] }, from: '#b0603f', to: '#2f4da3' }],
    clay: [{ part: { only: ['#2f4da3'] }, from: '#2f4da3', to: '#b0603f' }],
  },
  'waffle-bath-towel': {
    sand: [{ part: { hues: [112, 128] }, from: '#c7cdb8', to: '#ede3d1' }],
    sage: [{ part: { hues: [70, 88], chroma: [0.015, 0.04] }, from: '#ede3d1', to: '#c7cdb8' }],
  },
  'linen-cushion': inColours({ hues: [70, 92] }, '#c99a45', { stone: '#bdb5a6', dusk: '#6a7d9c' }),
  'canvas-apron': inColours({ hues: [258, 270] }, '#4e596f', { olive: '#6f6e4a' }),
  'dustpan-and-brush': inColours(bottleGreen(), '#43604f', { grey: '#83868a' }),
  'safety-razor': inColours({ chroma: [0, 0.012] }, '#b3b5b0', { brass: '#c3a45f' }),
  'steel-toolbox': inColours({ hues: [260, 276], chroma: [0.03, 0.2] }, '#3754a6', {
    red: '#a83a31',
    silver: '#a9aeb2',
  }),
  'jointed-task-lamp': inColours(brickRed(), '#a64a35', { chalk: '#e9e4d8', night: '#2f3f66' }),
  'enamel-pendant': inColours(bottleGreen(), '#43604f', { cream: '#eadfc6', graphite: '#47494d' }),
  'storm-lantern': inColours({ hues: [122, 152], chroma: [0.02, 0.06] }, '#5f7a63', {
    zinc: '#a2a7a8',
    ochre: '#bd8d3c',
  }),
  'waxed-rucksack': inColours({ hues: [94, 104] }, '#827e5a', { tan: '#b28d60' }),
  'steel-flask': inColours({ hues: [105, 122], chroma: [0.03, 0.1] }, '#7f8862', { steel: '#b2b4b3' }),
  'pocket-knife': inColours({ hues: [64, 73], chroma: [0.045, 0.1] }, '#d8b084', { walnut: '#7a5236' }),
  'folding-stool': inColours({ hues: [55, 62], chroma: [0.05, 0.1] }, '#a86d41', { black: '#35322f' }),
  'oak-desk-tray': inColours({ hues: [67, 79], chroma: [0.045, 0.1] }, '#d4b083', { smoked: '#7b5b3e' }),
  'tape-dispenser': inColours(
    { only: ['#434544', '#232524', '#5d5f5e', '#8b8e8c', '#9a9d9b', '#c5c8c5'] },
    '#434544',
    { green: '#4b6a57' },
  ),
  'quiet-desk-clock': inColours(bottleGreen(), '#43604f', { white: '#ebe6d9', black: '#2d2e31' }),
};

/** The same part in other colours. `drawn` is its colour in the product's picture. */
function inColours(part: Part, drawn: string, colours: Record<string, string>): Record<string, Paint[]> {
  return Object.fromEntries(Object.entries(colours).map(([name, to]) => [name, [{ part, from: drawn, to }]]));
}

function brickRed(): Part {
  return { hues: [30, 40], chroma: [0.05, 0.2] };
}

function bottleGreen(): Part {
  return { hues: [134, 162], chroma: [0.02, 0.06] };
}

function wool(): Part {
  return { hues: [76, 86], chroma: [0.025, 0.05] };
}
