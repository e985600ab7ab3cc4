import type { OrderStatus } from '#lib/orders/schema.ts';
import type { Charge, ProviderRefund } from '#lib/payment-provider/provider.ts';
import type { PaymentStatus } from '#lib/payment-provider/statuses.ts';
import type { RefundRow } from '#lib/payments/events/mirror-refunds.ts';
import { settle } from '#lib/payments/settling/settle.ts';
import type { SettleInput } from '#lib/payments/settling/settlement.ts';

/** A charge, its rows and what `settle` decides of them. */

export const charge = (refunds: ProviderRefund[], more: Partial<Charge> = {}): Charge => ({
  ref: 'pi_1',
  status: 'succeeded',
  amountMinor: 1_000,
  currency: 'USD',
  refunds,
  ...more,
});

export const there = (
  amountMinor: number,
  status: ProviderRefund['status'] = 'succeeded',
): ProviderRefund => ({
  ref: 're_1',
  amountMinor,
  status,
});

export const ours = (amountMinor: number, status: RefundRow['status'] = 'created'): RefundRow => ({
  id: 'r-1',
  providerRef: null,
  amountMinor,
  status,
  actor: { kind: 'operator', name: 'eva' },
  reason: 'broken',
  origin: 'shop',
});

export const settled = (
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
