import * as shop from '#lib/orders/decide/decide.ts';

/** The code does not check the stock before a sale. */

export * from '#lib/orders/decide/decide.ts';

const plenty = 1_000_000;

export const decide: typeof shop.decide = (snapshot, orderRequests) =>
  shop.decide(
    { ...snapshot, stock: new Map([...snapshot.stock.keys()].map((sku) => [sku, plenty])) },
    orderRequests,
  );
