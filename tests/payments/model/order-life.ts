import type { OrderStatus } from '#lib/orders/schema.ts';
import type { PaymentStatus } from '#lib/payment-provider/statuses.ts';
import type { OrderBody, Shopper } from '#proof/harness/shopper/shopper.ts';
import { bankCard, declinedCard, orderOf } from '#tests/support/money.ts';

/** The model of a card order's life, and the steps of it. */

export const cards = { visa: 'pm_card_visa', declined: declinedCard, bank: bankCard };
export type Card = keyof typeof cards;

/** The order's expected state. */
export interface Model {
  status: OrderStatus | 'none';
  payments: PaymentStatus[];
  /** The card of the last attempt. */
  card: Card;
  accepted: boolean;
  fulfilled: boolean;
  refundedMinor: number;
  /** The hold ended while the payment was unknown: no other card is taken. */
  holdIsOver: boolean;
}

/** The order's actual state. */
export interface Real {
  shopper: Shopper;
  body: OrderBody;
  sku: string;
}

export const stock = 9;
export const partMinor = 100;

export function charged(model: Model, card: Card, isUnknown: boolean): void {
  const [status, payment] = isUnknown
    ? (['payment_unknown', 'unknown'] as const)
    : {
        visa: ['paid', 'succeeded'] as const,
        declined: ['payment_declined', 'declined'] as const,
        bank: ['payment_pending', 'requires_action'] as const,
      }[card];
  model.card = card;
  model.status = status;
  model.payments.push(payment);
  model.accepted ||= payment !== 'declined';
}

export function lastBecomes(model: Model, payment: PaymentStatus, status: OrderStatus): void {
  model.payments[model.payments.length - 1] = payment;
  model.status = status;
}

export const isEnded = ({ status }: Model) => status === 'cancelled' || status === 'refunded';

/** A step: when it is possible, its effect on the model, and the same step on the real system. */
export interface Step {
  name: string;
  when: (model: Model) => boolean;
  model: (model: Model, real: Real) => void;
  real: (real: Real, before: Readonly<Model>) => Promise<unknown>;
}

export const keyOf = async ({ shopper }: Real) => {
  const { userId, id: orderId } = await orderOf(shopper);
  return { userId, orderId };
};
