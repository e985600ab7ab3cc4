import { describe, expect, it } from 'vitest';
import { checkHistory } from './check-history.ts';
import type { Evidence, ViolationKind } from './evidence.ts';
import { change, goodRun, spoilt, withOrder2Released } from './good-run.ts';

/** The owner has refunded this amount of Bob's charge in the provider's dashboard. */
function refundedElsewhere(refunded: number, order: Partial<Evidence['orders'][number]> = {}): Evidence {
  const run = goodRun();
  const goneAtMs = refunded === 1_000 ? 1_000 : null;
  return {
    ...run,
    orders: change([...run.orders], 1, order),
    charges: change([...run.charges], 0, { refunded, goneAtMs, elsewhere: true }),
    providerRefunds: [
      ...run.providerRefunds,
      { id: 're-2', paymentIntent: 'pi-2', amount: refunded, status: 'succeeded' },
    ],
  };
}

/** The same run after the shop has noticed that refund. */
function mirrored(run: Evidence): Evidence {
  const { refunded = 0 } = run.charges[0] ?? {};
  const refund = { orderId: 'order-2', attempt: 1, amountMinor: refunded, status: 'succeeded' };
  return {
    ...run,
    payments: change([...run.payments], 1, {
      refundedMinor: refunded,
      status: refunded === 1_000 ? 'refunded' : 'succeeded',
    }),
    refunds: [...run.refunds, { ...refund, providerRef: 're-2' }],
  };
}

/** Fay's charge, as the provider has it when the operator is asked to fulfil her order (at 500). */
const whenFulfilled = (by: Partial<Evidence['charges'][number]>): Evidence =>
  spoilt('charges', (rows) => change(rows, 4, { elsewhere: true, ...by }));

/** Each kind of violation by money, with a history that contains just that one. */
const wrong: [ViolationKind, string, Evidence][] = [
  [
    'two_live_charges',
    'a retry with a new idempotency key charged a second time',
    spoilt('charges', (rows) => [
      ...rows,
      { ...(rows[0] as Evidence['charges'][number]), paymentIntent: 'pi-9' },
    ]),
  ],
  [
    'not_charged_its_total',
    'a paid order was charged for less',
    spoilt('charges', (rows) => change(rows, 0, { authorized: 900 })),
  ],
  ['not_charged_its_total', 'a paid order was never charged', spoilt('charges', (rows) => rows.slice(1))],
  [
    'charge_without_order',
    'the order was rolled back after its charge',
    spoilt('charges', (rows) => [
      ...rows,
      { ...(rows[0] as Evidence['charges'][number]), paymentIntent: 'pi-9', orderId: 'order-9' },
    ]),
  ],
  [
    'charge_without_order',
    'a charge names no order at all',
    spoilt('charges', (rows) => [
      ...rows,
      { ...(rows[0] as Evidence['charges'][number]), paymentIntent: 'pi-9', orderId: null, attempt: null },
    ]),
  ],
  [
    'books_disagree',
    'the card was charged and the order says declined',
    spoilt('charges', (rows) => change(rows, 1, { authorized: 1_000 })),
  ],
  [
    'books_disagree',
    'the order says refunded and the money was kept',
    spoilt('charges', (rows) => change(rows, 2, { refunded: 0 })),
  ],
  [
    'declined_still_payable',
    'a card was declined, and the provider would accept another one for the same charge',
    spoilt('charges', (rows) => change(rows, 1, { status: 'requires_payment_method' })),
  ],
  [
    'paid_and_refunded',
    'the owner refunded the charge in the dashboard, and the order is still paid',
    mirrored(refundedElsewhere(1_000)),
  ],
  [
    'fulfilled_without_money',
    'the owner refunded the charge in the dashboard, and then the goods were shipped',
    whenFulfilled({ refunded: 1_000, goneAtMs: 499 }),
  ],
  [
    'fulfilled_without_money',
    'the cardholder disputed the charge, and then the goods were shipped',
    whenFulfilled({ disputed: 1_000, goneAtMs: 499 }),
  ],
  [
    'fulfilled_without_money',
    'the goods were shipped after the refund, and the order has ended since',
    {
      ...whenFulfilled({ refunded: 1_000, goneAtMs: 499 }),
      orders: change([...goodRun().orders], 4, { status: 'refunded', wasFulfilled: true }),
    },
  ],
  [
    'refund_said_not_made',
    'after a partial refund in the dashboard the provider refused a full one, and the order says refunded',
    refundedElsewhere(150, { status: 'refunded' }),
  ],
  [
    'refund_said_not_made',
    'an email said refunded before the provider accepted the refund, which it then refused',
    {
      ...spoilt('orders', (rows) => change(rows, 3, { status: 'cancelled' })),
      charges: change([...goodRun().charges], 2, { refunded: 0, goneAtMs: null }),
      providerRefunds: [],
    },
  ],
  [
    'refunds_above_captured',
    'a part was refunded in the dashboard, and the shop requests the full amount',
    {
      ...refundedElsewhere(150),
      refunds: [
        ...goodRun().refunds,
        { orderId: 'order-2', attempt: 1, amountMinor: 1_000, status: 'created', providerRef: null },
      ],
    },
  ],
  [
    'refund_differs',
    'a part was refunded in the dashboard, and the shop did not notice',
    refundedElsewhere(150),
  ],
  [
    'dispute_unseen',
    'a charge is disputed, and the shop does not know',
    {
      ...goodRun(),
      providerDisputes: [{ id: 'du-2', paymentIntent: 'pi-2', status: 'needs_response' }],
    },
  ],
  [
    'dispute_unseen',
    'a dispute was lost, and the shop believes it is open',
    {
      ...goodRun(),
      disputes: [{ providerRef: 'du-2', status: 'open' }],
      providerDisputes: [{ id: 'du-2', paymentIntent: 'pi-2', status: 'lost' }],
    },
  ],
  [
    'charged_twice',
    'a retry with a new idempotency key charged a second time, and that charge was refunded',
    spoilt('charges', (rows) => [
      ...rows,
      { ...(rows[0] as Evidence['charges'][number]), paymentIntent: 'pi-9', refunded: 1_000 },
    ]),
  ],
  [
    'not_charged_its_total',
    'an order is paid, and there is no payment',
    {
      ...goodRun(),
      payments: goodRun().payments.filter(({ orderId }) => orderId !== 'order-2'),
      charges: goodRun().charges.filter(({ orderId }) => orderId !== 'order-2'),
    },
  ],
];

describe('the checker', () => {
  it.each(wrong)('finds %s: %s', (kind, _what, evidence) => {
    expect(checkHistory(evidence).map((violation) => violation.kind)).toContain(kind);
  });

  it('allows an order to end after the owner refunded it in the dashboard', () => {
    const ended = mirrored(refundedElsewhere(1_000, { status: 'refunded' }));
    expect(checkHistory(withOrder2Released(ended))).toEqual([]);
  });

  it('allows an order to stay paid after the owner refunded a part of it', () => {
    expect(checkHistory(mirrored(refundedElsewhere(150)))).toEqual([]);
    expect(checkHistory(mirrored(refundedElsewhere(150, { status: 'fulfilled' })))).toEqual([]);
  });

  it('allows shipped goods to be refunded, and does not expect their units back in stock', () => {
    const after = whenFulfilled({ refunded: 1_000, goneAtMs: 500 });
    const payments = change([...after.payments], 5, { status: 'refunded', refundedMinor: 1_000 });
    const orders = change([...after.orders], 4, { status: 'refunded', wasFulfilled: true });
    expect(checkHistory({ ...after, payments, orders })).toEqual([]);
  });

  it('allows an order to stay paid or fulfilled after its charge is disputed', () => {
    const disputed = { disputed: 1_000, goneAtMs: 600, elsewhere: true };
    const run = spoilt('charges', (rows) => change(change(rows, 0, disputed), 4, disputed));
    const disputes = [
      { providerRef: 'du-2', status: 'open' },
      { providerRef: 'du-7', status: 'closed' },
    ];
    const providerDisputes = [
      { id: 'du-2', paymentIntent: 'pi-2', status: 'under_review' },
      { id: 'du-7', paymentIntent: 'pi-7', status: 'warning_closed' },
    ];
    expect(checkHistory({ ...run, disputes, providerDisputes })).toEqual([]);
  });

  it('allows a refund to fail at the bank and to be requested again', () => {
    const again = {
      orderId: 'order-4',
      attempt: 1,
      amountMinor: 1_000,
      status: 'failed',
      providerRef: 're-0',
    };
    const failed = { id: 're-0', paymentIntent: 'pi-4', amount: 1_000, status: 'failed' };
    const run = goodRun();
    const refunds = [...run.refunds, again];
    expect(checkHistory({ ...run, refunds, providerRefunds: [failed, ...run.providerRefunds] })).toEqual([]);
  });
});
