import { orUnavailable } from '#app/_personal/or-unavailable.ts';
import type { PageRequest } from '#app/_personal/page-request.ts';
import { readCartView } from '#app/cart/read-cart-view.ts';
import type { Addition } from '#components/cart/addition-news.ts';
import type { CartPageView } from '#components/cart/cart-page.tsx';
import { problemIn } from '#components/cart/cart-problems.ts';
import type { CartView } from '#components/cart/cart-state.ts';
import { skuForm } from '#lib/cart/set-cart-line.ts';
import { findVariants } from '#lib/catalogue/find-variants.ts';
import { shopperOf } from '#lib/platform/session/session.ts';
import { currentRules } from '#lib/pricing/current-rules.ts';
import { deliveryFactsOf } from '#lib/pricing/delivery-facts.ts';

/**
 * Reads what the cart page shows. The query holds the outcome of a form that the browser posted itself:
 * `added`, `asked`, `units`, `problem` and `restored`.
 */
export function readCartPage({ cookie, query }: PageRequest): Promise<CartPageView> {
  return orUnavailable('/cart', async () => {
    const shopper = await shopperOf(cookie);
    const problem = problemIn(query.problem);
    if (!shopper) return { kind: 'no_cookie', posted: Boolean(query.added || problem) };
    const [cart, rules] = await Promise.all([readCartView(shopper.shopperId), currentRules()]);
    const added = await additionIn(query, cart);
    return {
      kind: 'cart',
      cart,
      delivery: deliveryFactsOf(rules),
      posted: {
        ...(added && { added }),
        ...(problem && { problem }),
        ...(query.restored !== undefined && { restored: true }),
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
  return { title, available, quantity, asked: unitsIn(asked), added: unitsIn(units) };
}

/** Reads a number of units from the URL, which anyone can edit. */
const unitsIn = (value = '') => (/^\d{1,2}$/.test(value) ? Number(value) : 0);
