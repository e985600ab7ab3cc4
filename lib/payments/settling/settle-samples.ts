import type { CancellationSource, OrderStatus } from '#lib/orders/schema.ts';
import type { ChargeStatus } from '#lib/payment-provider/provider.ts';
import type { PaymentStatus } from '#lib/payment-provider/statuses.ts';
import { settle } from '#lib/payments/settling/settle.ts';
import type { Finding, SettleInput, Settlement } from '#lib/payments/settling/settlement.ts';

/** Every state of an order with one or two payments, for the tests of `settle`. */

/** An order as `settle` sees it. */
export const orderOf = (
  status: OrderStatus,
  endedBy: CancellationSource | null = null,
): SettleInput['order'] => ({
  status,
  endedBy,
  paidAttempt: null,
  fulfilled: status === 'fulfilled',
});

export const paymentOf = (attempt: number, status: PaymentStatus) => ({ attempt, status, amountMinor: 100 });

export interface State {
  order: SettleInput['order'];
  payments: { attempt: number; status: PaymentStatus; amountMinor: number }[];
  /** Counts of the decisions so far. */
  takenStock: number;
  givenBack: number;
}

export const charge = (status: ChargeStatus): Finding => ({
  ref: 'pi_1',
  status,
  amountMinor: 100,
  currency: 'USD',
});

export function apply(state: State, attempt: number, finding: Finding, stockIsThere = true): State {
  const input = { ...state, attempt, finding };
  let settlement: Settlement = settle(input);
  if (settlement.takeStock && !stockIsThere) settlement = settle({ ...input, stockIsGone: true });
  const { payment, order, takeStock, giveBack } = settlement;
  return {
    order: order ? { ...state.order, status: order.to } : state.order,
    payments: state.payments.map((row) =>
      row.attempt === attempt && payment ? { ...row, status: payment } : row,
    ),
    takenStock: state.takenStock + (takeStock ? 1 : 0),
    givenBack: state.givenBack + (giveBack ? 1 : 0),
  };
}
