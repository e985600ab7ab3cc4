import * as shop from '#lib/checkout/charge-if-due.ts';

/** Only the request that created the order charges its card. A duplicate gets the order as its answer. */

export const chargeIfDue: typeof shop.chargeIfDue = async (decision, orderRequest, origin) =>
  decision.outcome === 'accepted' && decision.paymentDue && !decision.created
    ? { outcome: 'accepted', receipt: decision.receipt, created: false }
    : shop.chargeIfDue(decision, orderRequest, origin);
