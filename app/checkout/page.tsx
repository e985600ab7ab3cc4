import type { Metadata } from 'next';
import { cookies } from 'next/headers';
import { cardEntry } from '#app/card-entry.ts';
import { unlessUnavailable } from '#app/unless-unavailable.tsx';
import { RemovedNotice } from '#components/cart/removed-notice.tsx';
import { countryFieldName, shippingMethodFieldName } from '#components/checkout/form/checkout-fields.ts';
import { CheckoutForm } from '#components/checkout/form/checkout-form.tsx';
import { EmptyCheckout } from '#components/checkout/notices/empty-checkout.tsx';
import { Container } from '#components/ui/container.tsx';
import { PageTitle } from '#components/ui/page-title.tsx';
import { getCartToShow } from '#lib/cart/get-cart.ts';
import { findVariants } from '#lib/catalogue/find-variants.ts';
import { type CheckoutDraft, checkoutDraftCookie, readCheckoutDraft } from '#lib/checkout/checkout-draft.ts';
import { checkoutQuoteOf } from '#lib/checkout/get-checkout.ts';
import { getOrder } from '#lib/order-management/get-order.ts';
import { listOrders } from '#lib/orders/read/list-orders.ts';
import { readCancellationSource } from '#lib/orders/read/read-cancellation-source.ts';
import type { OrderSummary } from '#lib/orders/schema.ts';
import { currentShopper, draftOwner } from '#lib/platform/session/next-session.ts';
import { choiceOf } from '#lib/pricing/choice.ts';
import { currentRules } from '#lib/pricing/current-rules.ts';
import { servedCountries } from '#lib/pricing/rules.ts';

export const metadata: Metadata = { title: 'Checkout', robots: { index: false } };

/** The choice made before a reload. Nothing else is read from the URL, because anyone can write one. */
type Query = { [name in 'shippingMethod' | 'country']?: string | string[] | undefined };

/** The shopper most likely came back from an order this recent. */
const justPlacedMs = 30 * 60_000;
/** A shopper may still want the items of a cancelled order until the next day. */
const endedMs = 24 * 3_600_000;

export default async function CheckoutPage({ searchParams }: { searchParams: Promise<Query> }) {
  const { shippingMethod, country } = await searchParams;
  return unlessUnavailable('/checkout', () => drawCheckout({ shippingMethod, country }));
}

async function drawCheckout(chosen: Query) {
  const userId = (await currentShopper())?.shopperId;
  const cart = userId ? await getCartToShow({ userId }) : undefined;
  const draft = readCheckoutDraft(await draftOwner(), (await cookies()).get(checkoutDraftCookie)?.value);
  if (!userId || !cart || cart.lines.length === 0) {
    const { latest, order } = await latestOrder(userId);
    const known = userId !== undefined;
    const problem = problemAfter(latest, draft);
    return <EmptyCheckout order={order} known={known} problem={problem} removed={cart?.removed ?? []} />;
  }

  const { values = {} } = draft ?? {};
  const rules = await currentRules();
  const choice = choiceOf(
    {
      shippingMethod: chosen.shippingMethod ?? values[shippingMethodFieldName],
      country: chosen.country ?? values[countryFieldName],
    },
    rules,
  );
  const variants = await findVariants(cart.lines.map(({ sku }) => sku));
  const lines = cart.lines.map((line) => {
    const { slug, image, available = 0 } = variants.get(line.sku) ?? {};
    return { ...line, image, available, href: slug && `/product/${slug}` };
  });

  return (
    <Container>
      <PageTitle>Checkout</PageTitle>
      <RemovedNotice removed={cart.removed ?? []} className="mb-8" />
      <CheckoutForm
        quote={checkoutQuoteOf({ userId, cart, choice, rules })}
        choice={choice}
        countries={servedCountries(rules).map(({ code, name }) => ({ code, name }))}
        lines={lines}
        values={values}
        cardEntry={cardEntry()}
        problem={chosen.shippingMethod || chosen.country ? undefined : problemOf(draft, cart.version)}
      />
    </Container>
  );
}

/** Reads the shopper's latest order, with all its details if the shopper most likely came back from it. */
async function latestOrder(userId: string | undefined) {
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
