import { orUnavailable } from '#app/_personal/or-unavailable.ts';
import type { PageRequest } from '#app/_personal/page-request.ts';
import { cardEntry } from '#app/card-entry.ts';
import type { CheckoutPageView } from '#components/checkout/checkout-page.tsx';
import { countryFieldName, shippingMethodFieldName } from '#components/checkout/form/checkout-fields.ts';
import type { ShownOrder } from '#components/checkout/notices/order-instead-words.ts';
import { getCartToShow } from '#lib/cart/get-cart.ts';
import type { Cart } from '#lib/cart/schema.ts';
import { findVariants } from '#lib/catalogue/find-variants.ts';
import { suggestedProducts } from '#lib/catalogue/suggested-products.ts';
import { type CheckoutDraft, checkoutDraftCookie, readCheckoutDraft } from '#lib/checkout/checkout-draft.ts';
import { checkoutQuoteOf } from '#lib/checkout/get-checkout.ts';
import { getOrder } from '#lib/order-management/get-order.ts';
import { listOrders } from '#lib/orders/read/list-orders.ts';
import { readCancellationSource } from '#lib/orders/read/read-cancellation-source.ts';
import type { OrderSummary } from '#lib/orders/schema.ts';
import { sealedShopper, shopperOf } from '#lib/platform/session/session.ts';
import { choiceOf } from '#lib/pricing/choice.ts';
import { currentRules } from '#lib/pricing/current-rules.ts';
import { servedCountries } from '#lib/pricing/rules.ts';

/** The shopper most likely came back from an order this recent. */
const justPlacedMs = 30 * 60_000;
/** A shopper may still want the items of a cancelled order until the next day. */
const endedMs = 24 * 3_600_000;

/** Reads what the checkout page shows. The query holds the choice made before a reload, and nothing else. */
export function readCheckoutPage(request: PageRequest): Promise<CheckoutPageView> {
  return orUnavailable('/checkout', async () => {
    const { cookie } = request;
    const userId = (await shopperOf(cookie))?.shopperId;
    const cart = userId ? await getCartToShow({ userId }) : undefined;
    const draft = readCheckoutDraft(sealedShopper(cookie), cookie(checkoutDraftCookie));
    if (userId && cart && cart.lines.length > 0) return readForm({ request, userId, cart, draft });
    const { latest, order } = await latestOrder(userId);
    return {
      kind: 'empty',
      order,
      known: userId !== undefined,
      problem: problemAfter(latest, draft),
      removed: cart?.removed ?? [],
      suggested: order && !draft?.problem ? [] : await suggestedProducts(),
    };
  });
}

interface Known {
  request: PageRequest;
  userId: string;
  cart: Cart;
  draft: CheckoutDraft | undefined;
}

async function readForm({ request, userId, cart, draft }: Known): Promise<CheckoutPageView> {
  const { shippingMethod, country } = request.query;
  const { values = {} } = draft ?? {};
  const [rules, variants] = await Promise.all([
    currentRules(),
    findVariants(cart.lines.map(({ sku }) => sku)),
  ]);
  const choice = choiceOf(
    {
      shippingMethod: shippingMethod ?? values[shippingMethodFieldName],
      country: country ?? values[countryFieldName],
    },
    rules,
  );
  return {
    kind: 'form',
    quote: checkoutQuoteOf({ userId, cart, choice, rules }),
    choice,
    countries: servedCountries(rules).map(({ code, name }) => ({ code, name })),
    lines: cart.lines.map((line) => {
      const { slug, image, available = 0 } = variants.get(line.sku) ?? {};
      return { ...line, image, available, href: slug && `/product/${slug}` };
    }),
    values,
    cardEntry: cardEntry(),
    problem: shippingMethod || country ? undefined : problemOf(draft, cart.version),
    removed: cart.removed ?? [],
  };
}

/** Reads the shopper's latest order, with all its details if the shopper most likely came back from it. */
async function latestOrder(
  userId: string | undefined,
): Promise<{ latest?: OrderSummary | undefined; order?: ShownOrder | undefined }> {
  const latest = userId ? (await listOrders({ userId })).orders[0] : undefined;
  if (!userId || !latest || !isOnTheirMind(latest)) return { latest };
  const order = await getOrder({ userId, id: latest.id });
  const endedBy =
    order?.status === 'cancelled' ? await readCancellationSource({ userId, id: latest.id }) : undefined;
  return { latest, order: order && { ...order, endedBy } };
}

/**
 * Whether the shopper most likely came back from this order: always while it waits for its payment,
 * otherwise while it is recent.
 */
function isOnTheirMind({ status, placedAt }: OrderSummary): boolean {
  const ageMs = Date.now() - Date.parse(placedAt);
  if (status === 'payment_pending' || status === 'payment_declined') return true;
  return ageMs < (status === 'cancelled' ? endedMs : justPlacedMs);
}

/** Returns the problem of the last submission while the cart is unchanged since. */
function problemOf(draft: CheckoutDraft | undefined, cartVersion: number): CheckoutDraft['problem'] {
  const problem = draft?.problem;
  const current = problem?.cartVersion === undefined || problem.cartVersion === cartVersion;
  return problem && (current || problem.code === 'cart_changed') ? problem : undefined;
}

/** The same without a cart to compare: an order that was placed since resolves the problem. */
function problemAfter(
  latest: OrderSummary | undefined,
  draft: CheckoutDraft | undefined,
): CheckoutDraft['problem'] {
  const isResolved = latest && draft && Date.parse(latest.placedAt) >= draft.keptAtMs;
  return isResolved ? undefined : draft?.problem;
}
