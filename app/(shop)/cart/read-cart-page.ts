import { orUnavailable } from '#app/_personal/or-unavailable.ts';
import type { PageRequest } from '#app/_personal/page-request.ts';
import { readCartView } from '#app/(shop)/cart/read-cart-view.ts';
import type { CartPageView } from '#components/cart/cart-page.tsx';
import { problemIn } from '#components/cart/cart-problems.ts';
import type { CartView } from '#components/cart/cart-state.ts';
import type { Addition } from '#components/cart/notices/addition-news.ts';
import type { Again } from '#components/cart/notices/again-news.tsx';
import { maxCartLines } from '#lib/cart/cart-limits.ts';
import { skuForm } from '#lib/cart/set-cart-line.ts';
import { findVariants } from '#lib/catalogue/find-variants.ts';
import { suggestedProducts } from '#lib/catalogue/suggested-products.ts';
import { shopperOf } from '#lib/platform/session/session.ts';
import { currentRules } from '#lib/pricing/current-rules.ts';
import { deliveryFactsOf } from '#lib/pricing/delivery-facts.ts';

/**
 * Reads what the cart page shows. The query holds the outcome of a form that the browser posted itself:
 * `added`, `asked`, `units`, `again`, `short`, `gone` and `problem`.
 */
export function readCartPage({ cookie, query }: PageRequest): Promise<CartPageView> {
  return orUnavailable('/cart', async () => {
    const shopper = await shopperOf(cookie);
    const problem = problemIn(query.problem);
    if (!shopper) {
      const posted = Boolean(query.added || problem);
      return { kind: 'no_cookie', posted, suggested: await suggestedProducts() };
    }
    const [cart, rules] = await Promise.all([readCartView(shopper.shopperId), currentRules()]);
    const isEmpty = cart.lines.length === 0;
    const [added, again] = await Promise.all([additionIn(query, cart), againIn(query)]);
    return {
      kind: 'cart',
      cart,
      delivery: deliveryFactsOf(rules),
      ...(isEmpty && { suggested: await suggestedProducts() }),
      posted: {
        ...(added && { added }),
        // Not of items that were removed since.
        ...(again && !(again.isAdded && isEmpty) && { again }),
        ...(problem && { problem }),
      },
    };
  });
}

async function additionIn(
  { added: sku, asked, units }: PageRequest['query'],
  cart: CartView,
): Promise<Addition | undefined> {
  if (sku === undefined || !skuForm.test(sku)) return undefined;
  const variant = (await findVariants([sku])).get(sku);
  if (!variant) return undefined;
  const { title, available } = variant;
  const quantity = cart.lines.find((line) => line.sku === sku)?.quantity ?? 0;
  // Added, and removed since.
  if (quantity === 0 && unitsIn(units) > 0) return undefined;
  return { title, available, quantity, asked: unitsIn(asked), added: unitsIn(units) };
}

async function againIn({ again, short = '', gone }: PageRequest['query']): Promise<Again | undefined> {
  if (again !== 'some' && again !== 'none') return undefined;
  const skus = short.split(',', maxCartLines).filter((sku) => skuForm.test(sku));
  const variants = await findVariants(skus);
  return {
    isAdded: again === 'some',
    short: [...variants.values()].map(({ title, available }) => ({ title, isSoldOut: available === 0 })),
    isOneGone: gone !== undefined,
  };
}

/** Reads a number of units from the URL, which anyone can edit. */
const unitsIn = (value = '') => (/^\d{1,2}$/.test(value) ? Number(value) : 0);
