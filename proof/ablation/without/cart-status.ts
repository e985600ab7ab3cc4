import * as shop from '#lib/orders/decide.ts';

/** A cart that was ordered is like one that wasn't. The other half of it is in the database. */

export * from '#lib/orders/decide.ts';

export const decide: typeof shop.decide = (snapshot, orderRequests) =>
  shop.decide(
    { ...snapshot, carts: snapshot.carts.map((cart) => ({ ...cart, status: 'open' })) },
    orderRequests,
  );
