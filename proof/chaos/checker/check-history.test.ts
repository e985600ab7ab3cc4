import { describe, expect, it } from 'vitest';
import { checkHistory } from './check-history.ts';
import type { Evidence, ViolationKind } from './evidence.ts';
import { change, goodRun, refused, spoilt, submission, withOrder2Released } from './good-run.ts';

/**
 * A checker that finds nothing proves nothing, unless it also finds every violation. These tests use a
 * run that kept its promises, and the same run with each promise broken in turn.
 */

/** Each kind of violation by an order or by stock, with a history that contains just that one. */
const wrong: [ViolationKind, string, Evidence][] = [
  [
    'cart_ordered_twice',
    'two tabs of one cart made two orders',
    spoilt('orders', (rows) => change(rows, 1, { cartId: 'cart-1' })),
  ],
  [
    'token_of_two_orders',
    'one token made two orders',
    {
      ...spoilt('orders', (rows) => [
        ...rows,
        { ...(rows[0] as Evidence['orders'][number]), id: 'order-9', cartId: 'cart-9' },
      ]),
    },
  ],
  ['oversold', 'stock is below zero', spoilt('stock', (rows) => change(rows, 0, { available: -1 }))],
  [
    'oversold',
    'more units were sold than were in stock',
    { ...spoilt('stock', (rows) => change(rows, 0, { initial: 2, available: 0 })) },
  ],
  [
    'stock_not_conserved',
    'a cancelled order returned its unit to stock twice',
    spoilt('stock', (rows) => change(rows, 0, { available: 7 })),
  ],
  [
    'stock_not_conserved',
    'a refused order kept its unit',
    spoilt('stock', (rows) => change(rows, 0, { available: 5 })),
  ],
  [
    'stock_not_conserved',
    'the stock row of a sku is gone',
    spoilt('stock', (rows) => change(rows, 0, { available: undefined })),
  ],
  [
    'ledger_differs',
    'the stock was changed, and the ledger was not',
    spoilt('movements', (rows) => change(rows, 0, { units: 9 })),
  ],
  [
    'ledger_differs',
    'an order is in the ledger with more than it holds, and another with less',
    spoilt('movements', (rows) => change(change(rows, 1, { units: -2 }), 2, { units: 0 })),
  ],
  [
    'accepted_order_lost',
    'a 201 was sent before the commit, which failed',
    spoilt('history', (rows) => [...rows, submission({ id: 9, token: 'token-9', order: 'order-9' })]),
  ],
  [
    'accepted_order_lost',
    "a 201 names another submission's order",
    spoilt('history', (rows) => [...rows, submission({ id: 9, token: 'token-9' })]),
  ],
  [
    'accepted_order_lost',
    'the shopper of an accepted order reads it and gets a 404',
    spoilt('history', (rows) => [
      ...rows,
      submission({
        id: 20,
        kind: 'read',
        token: undefined,
        startMs: 40,
        ...refused('not_found', 404),
        order: 'order-1',
      }),
    ]),
  ],
  [
    'accepted_order_lost',
    'a card was accepted for an order that does not exist',
    spoilt('history', (rows) => change(rows, 14, { order: 'order-9' })),
  ],
  [
    'cancelled_and_stands',
    'a cancellation was answered 200, and the order was charged and is still active',
    {
      ...spoilt('orders', (rows) => change(rows, 3, { status: 'paid' })),
      payments: change([...goodRun().payments], 3, { status: 'succeeded', refundedMinor: 0 }),
      charges: change([...goodRun().charges], 2, { refunded: 0 }),
      stock: change([...goodRun().stock], 0, { available: 5 }),
    },
  ],
  [
    'promise_withdrawn',
    'the next card was accepted but never charged',
    {
      ...spoilt('orders', (rows) => change(rows, 4, { status: 'payment_declined' })),
      payments: change([...goodRun().payments], 5, { status: 'declined' }),
      charges: goodRun().charges.slice(0, 4),
    },
  ],
  [
    'accepted_under_two_ids',
    'the same token was accepted as two orders',
    spoilt('history', (rows) => [...rows, submission({ id: 9, order: 'order-9' })]),
  ],
  [
    'order_after_refusals',
    'every call was told that nothing was ordered',
    spoilt('history', (rows) => change(rows, 3, { outcome: 'fail', status: 409, order: undefined })),
  ],
  [
    'order_without_request',
    'an order exists that no client requested',
    spoilt('history', (rows) => rows.filter(({ shopper }) => shopper !== 'bob')),
  ],
  [
    'accepted_order_lost',
    "a tab was told that its cart is ordered, with another cart's order",
    spoilt('history', (rows) => change(rows, 11, { order: 'order-2', shopper: 'bob', client: 1 })),
  ],
  [
    'accepted_order_lost',
    'a declined card was answered with an order that does not exist',
    spoilt('history', (rows) => change(rows, 4, { order: 'order-9' })),
  ],
  [
    'ordered_otherwise',
    'the price went up between the page and the order',
    spoilt('history', (rows) =>
      rows.map((row) => ({ ...row, confirmed: { lines: undefined, totalMinor: 900 } })),
    ),
  ],
  [
    'ordered_otherwise',
    'another tab changed the cart without changing its total',
    spoilt('lines', (rows) => [...rows, { orderId: 'order-1', sku: 'GIFT', quantity: 1 }]),
  ],
  [
    'accepted_too_soon',
    '"ordered" was answered before the card was charged',
    spoilt('orders', (rows) => change(rows, 1, { accepted: false })),
  ],
  [
    'accepted_too_soon',
    '"ordered" was answered although the card had been refused',
    {
      ...spoilt('orders', (rows) => change(rows, 1, { status: 'payment_declined' })),
      payments: change([...goodRun().payments], 1, { status: 'declined' }),
      charges: goodRun().charges.slice(1),
    },
  ],
  [
    'promise_withdrawn',
    'a paid order was refunded without a cancellation',
    spoilt('history', (rows) => rows.filter(({ kind }) => kind !== 'cancel')),
  ],
  [
    'promise_withdrawn',
    'an order ended after its shopper had been told that it cannot be cancelled',
    spoilt('history', (rows) => change(rows, 10, refused('not_cancellable'))),
  ],
  [
    'promise_withdrawn',
    'an accepted order ended without a request, and its charge had never been unknown',
    {
      ...spoilt('orders', (rows) => change(rows, 1, { status: 'cancelled' })),
      payments: change([...goodRun().payments], 1, { status: 'declined' }),
      charges: goodRun().charges.slice(1),
      stock: change([...goodRun().stock], 0, { available: 7 }),
    },
  ],
  ['two_open_carts', 'one shopper has two open carts', { ...goodRun(), severalCarts: ['ada'] }],
  [
    'never_settled',
    'an order still waits for its payment at the end',
    spoilt('orders', (rows) => change(rows, 1, { status: 'payment_unknown' })),
  ],
];

describe('the checker', () => {
  it('finds nothing in a run that kept every promise', () => {
    expect(checkHistory(goodRun())).toEqual([]);
  });

  it.each(wrong)('finds %s: %s', (kind, _what, evidence) => {
    expect(checkHistory(evidence).map((violation) => violation.kind)).toContain(kind);
  });

  it('allows a card whose charge was unknown to be refused after "ordered" was answered', () => {
    const doubted = {
      ...spoilt('orders', (rows) => change(rows, 1, { status: 'payment_declined', wasUnknown: true })),
      payments: change([...goodRun().payments], 1, { status: 'declined' }),
      charges: goodRun().charges.slice(1),
    };
    expect(checkHistory(doubted)).toEqual([]);
    const ended = change([...doubted.orders], 1, { status: 'cancelled' });
    expect(checkHistory(withOrder2Released({ ...doubted, orders: ended }))).toEqual([]);
  });

  it("allows the shopper's bank to refuse a card later, and the order to end unpaid", () => {
    const run = spoilt('history', (rows) => change(rows, 3, { bankDecides: true }));
    const payments = change([...run.payments], 1, { status: 'declined' });
    const refused = { ...run, payments, charges: run.charges.slice(1) };
    const declined = change([...run.orders], 1, { status: 'payment_declined' });
    expect(checkHistory({ ...refused, orders: declined })).toEqual([]);
    const ended = change([...run.orders], 1, { status: 'cancelled' });
    expect(checkHistory(withOrder2Released({ ...refused, orders: ended }))).toEqual([]);
  });
});
