import * as shop from '#lib/orders/decide.ts';

/** Whatever is in the cart by now is ordered, if its total is the one that was confirmed. */

export * from '#lib/orders/decide.ts';

export const decide: typeof shop.decide = (snapshot, placements) => {
  const versions = new Map(snapshot.carts.map(({ id, version }) => [id, version]));
  return shop.decide(
    snapshot,
    placements.map((placement) => ({
      ...placement,
      cartVersion: versions.get(placement.cartId) ?? placement.cartVersion,
    })),
  );
};
