import type { Order, Payment, State, Work } from '#proof/model/state.ts';

/** Row lookups. A missing row is a bug of the model, so they throw. */

/** The named attempt, or the order's latest. Throws if there is none. */
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
/** An event that was not processed is sent again. */
export function tellAgain(next: State, { kind, order, attempt }: Work): void {
  if (kind !== 'event') return;
  for (const charge of next.charges)
    if (charge.order === order && charge.attempt === attempt) charge.event = true;
}
