import type { Metadata } from 'next';
import { cookies } from 'next/headers';
import { unlessUnavailable } from '#app/unless-unavailable.tsx';
import { countryFieldName } from '#components/checkout/checkout-fields.ts';
import { CheckoutForm } from '#components/checkout/checkout-form.tsx';
import { EmptyCheckout } from '#components/checkout/empty-checkout.tsx';
import { Container } from '#components/ui/container.tsx';
import { PageTitle } from '#components/ui/page-title.tsx';
import { getCart } from '#lib/cart/get-cart.ts';
import { findVariants } from '#lib/catalogue/find-variants.ts';
import { checkoutQuoteOf } from '#lib/checkout/get-checkout.ts';
import { checkoutQuerySchema } from '#lib/checkout/schema.ts';
import { currentShopper } from '#lib/next-session.ts';
import { type CheckoutDraft, checkoutDraftCookie, readCheckoutDraft } from '#lib/orders/checkout-draft.ts';
import { listOrders } from '#lib/orders/list-orders.ts';

export const metadata: Metadata = { title: 'Checkout', robots: { index: false } };

type Query = Record<string, string | string[] | undefined>;

export default async function CheckoutPage({ searchParams }: { searchParams: Promise<Query> }) {
  const query = await searchParams;
  return unlessUnavailable('/checkout', () => drawCheckout(textsOf(query)));
}

async function drawCheckout(query: Record<string, string>) {
  const userId = await currentShopper();
  const cart = userId ? await getCart({ userId }) : undefined;
  if (!userId || !cart || cart.lines.length === 0) {
    const latest = userId ? (await listOrders({ userId })).orders[0] : undefined;
    return <EmptyCheckout latest={latest} known={userId !== undefined} />;
  }

  const draft = readCheckoutDraft((await cookies()).get(checkoutDraftCookie)?.value);
  const values = { ...draft?.values, ...query };
  const choice = choiceOf(values);
  const variants = await findVariants(cart.lines.map(({ sku }) => sku));
  const lines = cart.lines.map((line) => {
    const { slug, image, available = 0 } = variants.get(line.sku) ?? {};
    return { ...line, image, available, href: slug && `/product/${slug}` };
  });

  return (
    <Container>
      <PageTitle>Checkout</PageTitle>
      <CheckoutForm
        quote={checkoutQuoteOf({ userId, cart, ...choice })}
        choice={choice}
        lines={lines}
        values={values}
        problem={Object.keys(query).length === 0 ? problemOf(draft, cart.version) : undefined}
      />
    </Container>
  );
}

/** The query's single values: the typed fields of an "Update totals", or a choice made before a reload. */
function textsOf(query: Query): Record<string, string> {
  const texts = Object.entries(query).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}

/** What the total is made for; something that isn't offered counts as not chosen. */
function choiceOf(values: Record<string, string>) {
  const { shippingMethod, country } = checkoutQuerySchema.shape;
  return {
    shippingMethod: shippingMethod.catch('standard').parse(values.shippingMethod),
    country: country.catch('US').parse(values[countryFieldName]),
  };
}

/** The problem of the last submission, while the cart is the one that had it. */
function problemOf(draft: CheckoutDraft | undefined, cartVersion: number): CheckoutDraft['problem'] {
  const problem = draft?.problem;
  const current = problem?.cartVersion === undefined || problem.cartVersion === cartVersion;
  return problem && (current || problem.code === 'cart_changed') ? problem : undefined;
}
