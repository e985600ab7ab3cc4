import { describe, expect, test } from 'vitest';
import type { OrderStatus } from '#lib/orders/schema.ts';
import type { Charge, ProviderRefund } from '#lib/payment-provider/provider.ts';
import type { PaymentStatus } from '#lib/payment-provider/statuses.ts';
import type { RefundRow } from '#lib/payments/events/mirror-refunds.ts';
import { settle } from '#lib/payments/settling/settle.ts';
import type { SettleInput } from '#lib/payments/settling/settlement.ts';

/** What `settle` decides from the money that the provider reports, for an order that attempt 1 has paid. */

const charge = (refunds: ProviderRefund[], more: Partial<Charge> = {}): Charge => ({
  ref: 'pi_1',
  status: 'succeeded',
  amountMinor: 1_000,
  currency: 'USD',
  refunds,
  ...more,
});

const there = (amountMinor: number, status: ProviderRefund['status'] = 'succeeded'): ProviderRefund => ({
  ref: 're_1',
  amountMinor,
  status,
});

const ours = (amountMinor: number, status: RefundRow['status'] = 'created'): RefundRow => ({
  id: 'r-1',
  providerRef: null,
  amountMinor,
  status,
  actor: 'operator:eva',
  reason: 'broken',
  origin: 'shop',
});

const settled = (
  status: OrderStatus,
  payment: PaymentStatus,
  finding: Charge,
  more: Partial<SettleInput> = {},
) =>
  settle({
    order: { status, endedBy: null, paidAttempt: 1, fulfilled: false },
    payments: [{ attempt: 1, status: payment, amountMinor: 1_000 }],
    attempt: 1,
    finding,
    ...more,
  });

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
    news: [{ kind: 'refunded', amountMinor: 300, actor: 'provider' }],
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
  const rows = [{ providerRef: 'du_1', kind: dispute.kind, amountMinor: 1_000, dueBy: null }];
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

describe('money that returned because a refund that was made at the provider failed', () => {
  const back: RefundRow = {
    ...ours(1_000, 'succeeded'),
    providerRef: 're_1',
    actor: 'provider',
    origin: 'provider',
  };
  const again = (
    status: OrderStatus,
    order: Partial<SettleInput['order']> = {},
    more: Partial<SettleInput> = {},
  ) =>
    settled(status, 'refunded', charge([there(1_000, 'failed')]), {
      order: { status, endedBy: null, paidAttempt: null, fulfilled: false, ...order },
      refunds: [back],
      ...more,
    });
  const asked = { payment: 'returning', giveBack: { amountMinor: 1_000 } };
  const beside = (status: PaymentStatus) => ({
    payments: [
      { attempt: 1, status: 'refunded' as const, amountMinor: 1_000 },
      { attempt: 2, status, amountMinor: 1_000 },
    ],
  });

  test('pays an order that waits for money', () => {
    for (const other of ['declined', 'voided', 'returning', 'refunded'] as const) {
      const { giveBack, ...paid } = again('payment_declined', {}, beside(other));
      expect(giveBack).toBeUndefined();
      expect(paid).toMatchObject({ payment: 'succeeded', order: { to: 'paid' }, accepts: true });
    }
  });

  test('is refunded again when another attempt pays the order or may still pay it', () => {
    for (const [status, other] of [
      ['payment_pending', 'created'],
      ['payment_pending', 'requires_action'],
      ['payment_processing', 'processing'],
      ['payment_unknown', 'unknown'],
      ['paid', 'succeeded'],
      ['paid', 'returning'],
      ['fulfilled', 'succeeded'],
    ] as const) {
      const paidAttempt = status === 'paid' || status === 'fulfilled' ? 2 : null;
      const after = again(status, { paidAttempt, fulfilled: status === 'fulfilled' }, beside(other));
      expect(after).toMatchObject({
        ...asked,
        news: [{ kind: 'refund_failed' }, { kind: 'refund_requested' }],
      });
      expect(after.order).toBeUndefined();
    }
  });

  test('is refunded again when the order has ended, even if this money had paid it', () => {
    for (const endedBy of ['shopper', 'provider', 'operator', 'hold'] as const) {
      const ended = again('cancelled', { endedBy });
      expect([ended, ended.order]).toMatchObject([asked, undefined]);
      expect(again('cancelled', { endedBy, paidAttempt: 1 })).toMatchObject(asked);
      expect(again('refunded', { endedBy, paidAttempt: 1 })).toMatchObject({
        ...asked,
        order: { to: 'cancelled' },
      });
    }
  });

  test('stays with an order that continues or was sent with it', () => {
    const kept = { payment: 'succeeded', giveBack: undefined };
    expect(again('paid', { paidAttempt: 1 })).toMatchObject({ ...kept, news: [{ kind: 'refund_failed' }] });
    expect(again('fulfilled', { paidAttempt: 1, fulfilled: true })).toMatchObject(kept);
    expect(again('refunded', { paidAttempt: 1, fulfilled: true })).toMatchObject({
      ...kept,
      order: { to: 'fulfilled' },
    });
  });

  test('pays no order when it is only a part of the amount, and is refunded again', () => {
    const part = { ...back, amountMinor: 600 };
    const other = { ...back, id: 'r-2', providerRef: 're_2', amountMinor: 400 };
    const seen = [there(600, 'failed'), { ...there(400), ref: 're_2' }];
    const order = { status: 'payment_declined' as const, endedBy: null, paidAttempt: null, fulfilled: false };
    const after = settled('payment_declined', 'refunded', charge(seen), { order, refunds: [part, other] });
    expect(after).toMatchObject({ payment: 'returning', giveBack: { amountMinor: 600 } });
    expect(after.order).toBeUndefined();
  });

  test('waits for an operator when the shop’s own refund fails too, and blocks no other attempt', () => {
    const refunds = [
      { ...back, status: 'failed' as const },
      { ...ours(1_000, 'succeeded'), providerRef: 're_2' },
    ];
    const seen = charge([there(1_000, 'failed'), { ...there(1_000, 'failed'), ref: 're_2' }]);
    const after = settled('paid', 'refunded', seen, {
      order: { status: 'paid', endedBy: null, paidAttempt: 2, fulfilled: false },
      refunds,
      ...beside('succeeded'),
    });
    expect(after).toMatchObject({
      payment: 'returning',
      giveBack: undefined,
      news: [{ kind: 'refund_failed' }],
    });
  });

  test('is refunded after a dispute is won, when no order needs it', () => {
    const dispute = { ref: 'du_1', kind: 'dispute' as const, amountMinor: 1_000, reason: 'fraudulent' };
    const won = charge([], { disputes: [{ ...dispute, currency: 'USD', status: 'won' }] });
    const after = settled('paid', 'returning', won, {
      order: { status: 'paid', endedBy: null, paidAttempt: 2, fulfilled: false },
      refunds: [ours(1_000, 'failed')],
      ...beside('succeeded'),
    });
    expect(after).toMatchObject(asked);
  });
});
