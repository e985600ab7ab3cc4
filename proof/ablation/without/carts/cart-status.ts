import * as shop from '#lib/orders/decide/decide.ts';

/** An ordered cart is treated as open. The other half of this guard is in the database. */

export * from '#lib/orders/decide/decide.ts';

export const decide: typeof shop.decide = (snapshot, orderRequests) =>
  shop.decide(
    { ...snapshot, carts: snapshot.carts.map((cart) => ({ ...cart, status: 'open' })) },
    orderRequests,
  );
