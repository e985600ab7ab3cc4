import * as shop from '#lib/orders/decide/decide.ts';

/** Unpaid orders are not counted. */

export * from '#lib/orders/decide/decide.ts';

const noLimit = { invoices: 0, cards: 0, units: 0, invoicedMinor: 0 };

export const decide: typeof shop.decide = (snapshot, orderRequests) => {
  const policy = { ...snapshot.policy, shopper: noLimit, email: noLimit, network: noLimit };
  return shop.decide({ ...snapshot, unpaid: [], policy }, orderRequests);
};
