import type { Order, Payment, State, Work } from '#proof/model/state.ts';

/** Looking rows up. That one is missing is a mistake of the model, and an exception. */

/** The attempt that it is about, the order's latest if none is named. */
export function paymentOf({ payments }: State, { order, attempt }: Pick<Work, 'order' | 'attempt'>): Payment {
  const payment = payments.findLast((one) => one.order === order && one.attempt === (attempt ?? one.attempt));
  if (!payment) throw new Error(`order ${order} has no payment`);
  return payment;
}

export function orderAt({ orders }: State, number: number): Order {
  const order = orders[number];
  if (!order) throw new Error(`there is no order ${number}`);
  return order;
}
/** An event that came to nothing is sent again. */
export function tellAgain(next: State, { kind, order, attempt }: Work): void {
  if (kind !== 'event') return;
  for (const charge of next.charges)
    if (charge.order === order && charge.attempt === attempt) charge.event = true;
}
