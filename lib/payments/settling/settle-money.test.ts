import { describe, expect, test } from 'vitest';
import { byProvider } from '#lib/orders/actor.ts';
import type { ProviderRefund } from '#lib/payment-provider/provider.ts';
import { charge, ours, settled, there } from '#lib/payments/settling/settle-money-samples.ts';

/** What `settle` decides from the money that the provider reports, for an order that attempt 1 has paid. */

describe('a full refund at the provider', () => {
  test('refunds an order that was not sent, and its stock is for sale again', () => {
    expect(settled('paid', 'succeeded', charge([there(1_000)]))).toMatchObject({
      payment: 'refunded',
      refundedMinor: 1_000,
      order: { to: 'refunded', endedBy: 'provider', releaseStock: true, amountMinor: 1_000 },
    });
  });

  test('refunds an order that was sent, without releasing its stock', () => {
    const { order } = settled('fulfilled', 'succeeded', charge([there(1_000)]));
    expect(order).toMatchObject({ to: 'refunded' });
    expect(order).not.toHaveProperty('releaseStock');
  });

  test('does not change an order that another attempt has paid', () => {
    const { order, payment } = settled('paid', 'returning', charge([there(1_000)]), {
      order: { status: 'paid', endedBy: null, paidAttempt: 2, fulfilled: false },
      payments: [
        { attempt: 1, status: 'returning', amountMinor: 1_000 },
        { attempt: 2, status: 'succeeded', amountMinor: 1_000 },
      ],
    });
    expect({ order, payment }).toEqual({ order: undefined, payment: 'refunded' });
  });

  test('before the order was marked as paid leaves it waiting for another payment', () => {
    const gone = charge([there(1_000)], { refundedMinor: 1_000 });
    for (const payment of ['created', 'requires_action', 'unknown'] as const)
      expect(settled('payment_pending', payment, gone)).toMatchObject({
        payment: 'refunded',
        order: { to: 'payment_declined' },
      });
  });

  test('refunds nothing while it is pending', () => {
    const { payment, order, refundedMinor } = settled('paid', 'succeeded', charge([there(1_000, 'pending')]));
    expect({ payment, order, refundedMinor }).toEqual({
      payment: 'returning',
      order: undefined,
      refundedMinor: 0,
    });
  });
});

test('a partial refund is an event of the order, with its amount', () => {
  expect(settled('paid', 'succeeded', charge([there(300)]))).toMatchObject({
    refundedMinor: 300,
    news: [{ kind: 'refunded', amountMinor: 300, actor: byProvider }],
  });
});

test('the event of the last partial refund has the amount of that part, not of all refunds', () => {
  const goodwill = { ...ours(300), id: 'r-0', providerRef: 're_1', status: 'succeeded' as const };
  const seen = [there(300), { ref: 're_2', id: 'r-1', amountMinor: 700, status: 'succeeded' as const }];
  const refunds = [goodwill, ours(700)];
  expect(settled('cancelled', 'returning', charge(seen), { refunds })).toMatchObject({
    refundedMinor: 1_000,
    order: { to: 'refunded', amountMinor: 700 },
  });
});

test('a cancelled order ends as refunded only when the shop’s and the provider’s refunds together cover it', () => {
  const refunds = [ours(700)];
  const cancelled = (seen: ProviderRefund[]) => settled('cancelled', 'returning', charge(seen), { refunds });
  expect(cancelled([there(300)]).order).toBeUndefined();
  expect(
    cancelled([there(300), { ref: 're_2', id: 'r-1', amountMinor: 700, status: 'succeeded' }]),
  ).toMatchObject({
    payment: 'refunded',
    refundedMinor: 1_000,
    order: { to: 'refunded' },
  });
});

test.each([
  [true, 'fulfilled'],
  [false, 'cancelled'],
] as const)('a refunded order whose refund failed (sent: %s) is %s again', (fulfilled, to) => {
  const refunds = [{ ...ours(1_000, 'succeeded'), providerRef: 're_1' }];
  const order = { status: 'refunded' as const, endedBy: 'operator' as const, paidAttempt: 1, fulfilled };
  expect(settled('refunded', 'refunded', charge([there(1_000, 'failed')]), { order, refunds })).toMatchObject(
    {
      payment: 'succeeded',
      refundedMinor: 0,
      order: { to },
      news: [{ kind: 'refund_failed', amountMinor: 1_000 }],
    },
  );
});

test('a late charge is refunded except for the part that the provider has refunded already', () => {
  const late = settled('fulfilled', 'declined', charge([there(300)], { refundedMinor: 300 }), {
    order: { status: 'fulfilled', endedBy: null, paidAttempt: 2, fulfilled: true },
  });
  expect(late).toMatchObject({ payment: 'returning', giveBack: { amountMinor: 700 }, refundedMinor: 300 });
});

test('a lost dispute counts as lost money, a won one does not', () => {
  const dispute = {
    ref: 'dp_1',
    kind: 'dispute' as const,
    amountMinor: 1_000,
    currency: 'USD',
    reason: 'fraudulent',
  };
  const lostBy = (status: 'open' | 'won' | 'lost') =>
    settled('paid', 'succeeded', charge([], { disputes: [{ ...dispute, status }] }));
  expect(lostBy('lost')).toMatchObject({ lostMinor: 1_000, news: [{ kind: 'dispute_closed' }] });
  expect(lostBy('won')).toMatchObject({ lostMinor: 0, news: [{ kind: 'dispute_closed' }] });
  expect(lostBy('open')).toMatchObject({ lostMinor: 0, news: [{ kind: 'dispute_opened' }] });
});

describe('a dispute that is won after the order was cancelled', () => {
  // What broke: the refund was refused while the charge was disputed, and was not requested again.
  const order = {
    status: 'cancelled' as const,
    endedBy: 'shopper' as const,
    paidAttempt: 1,
    fulfilled: false,
  };
  const dispute = { ref: 'du_1', kind: 'dispute' as const, amountMinor: 1_000, reason: 'fraudulent' };
  const won = charge([], { disputes: [{ ...dispute, currency: 'USD', status: 'won' }] });
  const rows = [
    { providerRef: 'du_1', kind: dispute.kind, amountMinor: 1_000, dueBy: null, answered: false },
  ];
  const open = rows.map((row) => ({ ...row, status: 'open' as const }));

  test('refunds the money that could not be refunded before', () => {
    const refunds = [ours(1_000, 'failed')];
    expect(settled('cancelled', 'succeeded', won, { order, refunds, disputes: open })).toMatchObject({
      payment: 'returning',
      giveBack: { amountMinor: 1_000 },
    });
  });

  test('requests no refund that is already requested, and none for a dispute that was known to be won', () => {
    const requested = { order, refunds: [ours(1_000)], disputes: open };
    expect(settled('cancelled', 'returning', won, requested).giveBack).toBeUndefined();
    const known = rows.map((row) => ({ ...row, status: 'won' as const }));
    const before = { order, refunds: [ours(1_000, 'failed')], disputes: known };
    expect(settled('cancelled', 'succeeded', won, before).giveBack).toBeUndefined();
  });

  test('does not refund an order that still needs its money', () => {
    expect(settled('paid', 'succeeded', won, { disputes: open }).giveBack).toBeUndefined();
  });
});
