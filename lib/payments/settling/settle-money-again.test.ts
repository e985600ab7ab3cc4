import { describe, expect, test } from 'vitest';
import { byProvider } from '#lib/orders/actor.ts';
import type { OrderStatus } from '#lib/orders/schema.ts';
import type { ProviderRefund } from '#lib/payment-provider/provider.ts';
import type { PaymentStatus } from '#lib/payment-provider/statuses.ts';
import type { RefundRow } from '#lib/payments/events/mirror-refunds.ts';
import { charge, ours, settled, there } from '#lib/payments/settling/settle-money-samples.ts';
import type { SettleInput } from '#lib/payments/settling/settlement.ts';

/** Money that is with the shop again, because its refund failed. */

describe('money of a cancelled order whose refund at the provider failed before the shop knew of it', () => {
  const order = {
    status: 'cancelled' as const,
    endedBy: 'shopper' as const,
    paidAttempt: 1,
    fulfilled: false,
  };
  const failedThere = { ...there(1_000, 'failed'), ref: 're_owner' };
  const look = (refunds: RefundRow[], seen: ProviderRefund[] = [failedThere]) =>
    settled('cancelled', 'returning', charge(seen), { order, refunds });
  const asked = {
    giveBack: { amountMinor: 1_000, reason: 'a refund that was made at the payment provider failed' },
  };

  // What broke: the shop's own refund had found nothing left, so nothing was requested, and the shop kept the money.
  test('is refunded again, in the look that finds it and in a later one', () => {
    const needless = { id: 'r-1', amountMinor: 1_000, status: 'needless' as const };
    expect(look([ours(1_000, 'created')], [failedThere, needless])).toMatchObject(asked);
    expect(look([ours(1_000, 'failed')])).toMatchObject(asked);
  });

  test('is requested once, and waits for an operator when that fails', () => {
    const again = { ...ours(1_000, 'created'), id: 'r-2' };
    expect(look([ours(1_000, 'failed'), again]).giveBack).toBeUndefined();
    const [refused, failed] = [
      { id: 'r-2', amountMinor: 1_000, status: 'failed' as const },
      { ...there(1_000, 'failed'), ref: 're_2', id: 'r-2' },
    ];
    for (const one of [refused, failed]) {
      expect(look([ours(1_000, 'failed'), again], [failedThere, one]).giveBack).toBeUndefined();
    }
    expect(look([ours(1_000, 'failed'), { ...again, status: 'failed' }]).giveBack).toBeUndefined();
  });

  test('is refunded again after each further refund there that failed so', () => {
    const second = { ...failedThere, ref: 're_owner_2' };
    const rows = [ours(1_000, 'failed'), { ...ours(1_000, 'failed'), id: 'r-2' }];
    expect(look(rows, [failedThere, second])).toMatchObject(asked);
  });
});

describe('money that returned because a refund that was made at the provider failed', () => {
  const back: RefundRow = {
    ...ours(1_000, 'succeeded'),
    providerRef: 're_1',
    actor: byProvider,
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
