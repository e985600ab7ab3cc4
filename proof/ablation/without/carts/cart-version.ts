import * as shop from '#lib/orders/decide/decide.ts';

/** The cart's current content is ordered, if its total equals the confirmed one. */

export * from '#lib/orders/decide/decide.ts';

export const decide: typeof shop.decide = (snapshot, orderRequests) => {
  const versions = new Map(snapshot.carts.map(({ id, version }) => [id, version]));
  return shop.decide(
    snapshot,
    orderRequests.map((orderRequest) => ({
      ...orderRequest,
      cartVersion: versions.get(orderRequest.cartId) ?? orderRequest.cartVersion,
    })),
  );
};
