import type { Metadata } from 'next';
import { readCartView } from '#app/cart/read-cart-view.ts';
import { additionNews } from '#components/cart/addition-news.ts';
import { CartEditor } from '#components/cart/cart-editor.tsx';
import { problemIn } from '#components/cart/cart-problems.ts';
import type { CartView } from '#components/cart/cart-state.ts';
import { CookieNotice, CookieProblem } from '#components/site/cookies.tsx';
import { WaysOn } from '#components/site/ways-on.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Container } from '#components/ui/container.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { PageTitle } from '#components/ui/page-title.tsx';
import { maxLineQuantity } from '#lib/cart/schema.ts';
import { findVariants } from '#lib/catalogue/find-variants.ts';
import { currentShopper } from '#lib/platform/session/next-session.ts';
import { currentRules } from '#lib/pricing/current-rules.ts';
import { deliveryFactsOf } from '#lib/pricing/delivery-facts.ts';

export const metadata: Metadata = { title: 'Cart', robots: { index: false } };

/** The outcome of a form that the browser posted itself. */
type Query = {
  [name in 'added' | 'asked' | 'units' | 'problem' | 'restored']?: string | string[] | undefined;
};

export default async function CartPage({ searchParams }: { searchParams: Promise<Query> }) {
  const [shopper, query] = await Promise.all([currentShopper(), searchParams]);
  const cart = shopper ? await readCartView(shopper.shopperId) : undefined;
  const problem = problemIn(query.problem);
  return (
    <Container>
      <PageTitle>Your cart</PageTitle>
      {cart ? null : <WithoutCookie posted={Boolean(query.added || problem)} />}
      {cart ? <Added cart={cart} query={query} /> : null}
      {cart && query.restored !== undefined ? (
        <Alert
          tone="good"
          role="status"
          className="mb-6"
          title="The items of your order are in your cart again"
        />
      ) : null}
      {problem && cart ? <Alert tone="bad" role="alert" className="mb-6" title={problem} /> : null}
      {cart ? (
        <CartEditor
          cart={cart}
          maxQuantity={maxLineQuantity}
          delivery={deliveryFactsOf(await currentRules())}
          whenEmpty={<EmptyCart known />}
        />
      ) : (
        <EmptyCart known={false} />
      )}
    </Container>
  );
}

/**
 * Shown without the shop's cookie. `posted`: a form was answered with the cookie, but the browser
 * didn't return it.
 */
function WithoutCookie({ posted }: { posted: boolean }) {
  return posted ? <CookieProblem className="mb-6" /> : <CookieNotice className="mb-6" />;
}

async function Added({ cart, query: { added, asked, units } }: { cart: CartView; query: Query }) {
  if (typeof added !== 'string') return null;
  const variant = (await findVariants([added])).get(added);
  if (!variant) return null;
  const { title, available } = variant;
  const quantity = cart.lines.find((line) => line.sku === added)?.quantity ?? 0;
  const news = additionNews({ title, asked: unitsIn(asked), added: unitsIn(units), quantity, available });
  return (
    <Alert tone={news.tone} role="status" className="mb-6" title={news.title}>
      {news.text ? <p>{news.text}</p> : null}
    </Alert>
  );
}

/** Reads a number of units from the URL, which anyone can edit. */
function unitsIn(value: unknown): number {
  return typeof value === 'string' && /^\d{1,2}$/.test(value) ? Number(value) : 0;
}

function EmptyCart({ known }: { known: boolean }) {
  return (
    <EmptyState title="Your cart is empty" actions={<WaysOn shop="Look around the shop" />}>
      <p>
        {known
          ? 'Items that you add stay here, in this browser, until you order or remove them.'
          : 'Items that you add stay here, in this browser. If you added something, your browser did not keep the cookie that the shop needs for your cart. Allow cookies for this site and add it again.'}
      </p>
    </EmptyState>
  );
}
