import * as shop from '#lib/checkout/charge-if-due.ts';

/** Whoever made the order charges its card; a duplicate of it is told that the order stands. */

export const chargeIfDue: typeof shop.chargeIfDue = async (decision, orderRequest, origin) =>
  decision.outcome === 'accepted' && decision.paymentDue && !decision.created
    ? { outcome: 'accepted', receipt: decision.receipt, created: false }
    : shop.chargeIfDue(decision, orderRequest, origin);
