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
  ['as many items as it may', times(12, order(25)), 0],
  ['one item more', [...times(12, order(25)), order(1)], 1],
  ['as many on invoices and one card order above it', [...times(12, order(25)), order(500, true)], 0],
  ['as many again by card', [...times(12, order(25)), ...times(3, order(99, true)), order(3, true)], 0],
  ['a card order that was the last below the limit', times(4, order(99, true)), 0],
  ['the same and another card order', times(5, order(99, true)), 1],
  ['too much of both', [...times(13, order(25)), ...times(5, order(99, true))], 2],
  ['too many orders of one item', times(51, order(1)), 1],
  ['as much in two networks', [...times(12, order(25)), ...times(12, order(25, false, 'other'))], 0],
  ['clients whose network is not known', times(60, order(25, false, null)), 0],
])('a network with %s: %#', (_, rows, violations) => {
  expect(unpaidBeyondLimits(rows)).toHaveLength(violations);
});

test('an order that is counted and holds nothing, or holds and is not counted, is a violation', () => {
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
