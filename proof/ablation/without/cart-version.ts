import * as shop from '#lib/orders/decide.ts';

/** Whatever is in the cart by now is ordered, if its total is the one that was confirmed. */

export * from '#lib/orders/decide.ts';

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
