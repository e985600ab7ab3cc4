import type { Shopper } from '#proof/harness/shopper/shopper.ts';

/** A page to audit. */
export interface AuditedPage {
  name: string;
  path: string;
  /** Search engines may list it. The pages of one shopper are `noindex`. */
  indexed: boolean;
}

interface ListedProduct {
  slug: string;
  category: string;
  variants: { sku: string; available: number }[];
}

/** Two, so that the cart and the order have more than one line. */
const linesInCart = 2;

/** The pages of a purchase, for a shopper who has an order, and a full cart again. */
export async function preparePages(shopper: Shopper): Promise<AuditedPage[]> {
  const answer = await shopper.request('/api/products');
  const { products } = (await answer.json()) as { products: ListedProduct[] };
  const [product] = products;
  if (!product) throw new Error('the shop has no products');
  const skus = products
    .flatMap(({ variants }) => variants.filter(({ available }) => available > linesInCart).slice(0, 1))
    .slice(0, linesInCart)
    .map(({ sku }) => sku);
  const fillCart = async () => {
    for (const sku of skus) await shopper.put(sku, 1);
  };

  await fillCart();
  const ordered = await shopper.orderUntilSettled(await shopper.body());
  if (ordered.status !== 201) throw new Error(`order: ${ordered.status} ${await ordered.text()}`);
  const { order } = (await ordered.json()) as { order: { url: string } };
  await fillCart();
  return [
    { name: 'home', path: '/', indexed: true },
    { name: 'category', path: `/category/${product.category}`, indexed: true },
    { name: 'product', path: `/product/${product.slug}`, indexed: true },
    { name: 'cart', path: '/cart', indexed: false },
    { name: 'checkout', path: '/checkout', indexed: false },
    { name: 'order', path: order.url, indexed: false },
  ];
}
