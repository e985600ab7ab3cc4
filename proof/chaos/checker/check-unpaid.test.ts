import { expect, test } from 'vitest';
import { type UnpaidRow, unpaidBeyondLimits, unpaidMiscounted } from './check-unpaid.ts';

const order = (units: number, byCard = false, network: string | null = 'net'): UnpaidRow => ({
  orderId: 'order',
  isHeld: true,
  isCounted: true,
  network,
  units,
  byCard,
});
const times = (count: number, row: UnpaidRow) => Array.from({ length: count }, () => row);

test.each<[string, UnpaidRow[], number]>([
  ['nothing', [], 0],
  ['as many items as the limit', times(12, order(25)), 0],
  ['one item above the limit', [...times(12, order(25)), order(1)], 1],
  ['invoices up to the limit and one card order above it', [...times(12, order(25)), order(500, true)], 0],
  [
    'invoices up to the limit and as many items by card',
    [...times(12, order(25)), ...times(3, order(99, true)), order(3, true)],
    0,
  ],
  ['a last card order that began below the limit', times(4, order(99, true)), 0],
  ['a card order that began above the limit', times(5, order(99, true)), 1],
  ['too many items by invoice and by card', [...times(13, order(25)), ...times(5, order(99, true))], 2],
  ['too many orders of one item', times(51, order(1)), 1],
  [
    'as many items in each of two networks',
    [...times(12, order(25)), ...times(12, order(25, false, 'other'))],
    0,
  ],
  ['clients whose network is not known', times(60, order(25, false, null)), 0],
])('a network with %s: %#', (_, rows, violations) => {
  expect(unpaidBeyondLimits(rows)).toHaveLength(violations);
});

test('an order that is counted but holds no stock, or the reverse, is a violation', () => {
  const found = unpaidMiscounted([
    order(1),
    { ...order(1), orderId: 'stale', isHeld: false },
    { ...order(1), orderId: 'free', isCounted: false },
  ]);
  expect(found.map(({ kind, detail }) => [kind, detail.split(' ')[1]])).toEqual([
    ['unpaid_miscounted', 'stale'],
    ['unpaid_miscounted', 'free'],
  ]);
});
