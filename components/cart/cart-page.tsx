'use client';

import { type Addition, additionNews } from '#components/cart/addition-news.ts';
import { CartEditor } from '#components/cart/cart-editor.tsx';
import type { CartView } from '#components/cart/cart-state.ts';
import { makePage } from '#components/page/make-page.tsx';
import { Unavailable, type UnavailableView } from '#components/page/unavailable.tsx';
import { useView } from '#components/page/use-view.ts';
import { CookieNotice, CookieProblem } from '#components/site/cookies.tsx';
import { WaysOn } from '#components/site/ways-on.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Container } from '#components/ui/container.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { PageTitle } from '#components/ui/page-title.tsx';
import { maxLineQuantity } from '#lib/cart/cart-limits.ts';
import type { DeliveryFacts } from '#lib/pricing/delivery-facts.ts';

/** What the cart page shows. */
export type CartPageView =
  | ShownCartView
  /** For a browser without the shop's cookie. `posted`: a form was answered with the cookie. */
  | { kind: 'no_cookie'; posted: boolean }
  | UnavailableView;

interface ShownCartView {
  kind: 'cart';
  cart: CartView;
  delivery: DeliveryFacts;
  /** The outcome of a form that the browser posted itself. */
  posted: { added?: Addition; restored?: true; problem?: string };
}

export function CartPage({ view: first }: { view: CartPageView }) {
  const { view, refresh } = useView(first);
  switch (view.kind) {
    case 'unavailable':
      return <Unavailable address={view.address} />;
    case 'no_cookie':
      return (
        <Container>
          <PageTitle>Your cart</PageTitle>
          {view.posted ? <CookieProblem className="mb-6" /> : <CookieNotice className="mb-6" />}
          <EmptyCart known={false} />
        </Container>
      );
    case 'cart':
      return <ShownCart view={view} refresh={refresh} />;
  }
  // The view of another build.
  throw new TypeError('unknown view');
}

function ShownCart({ view, refresh }: { view: ShownCartView; refresh: () => void }) {
  const { cart, delivery, posted } = view;
  return (
    <Container>
      <PageTitle>Your cart</PageTitle>
      {posted.added ? <Added {...posted.added} /> : null}
      {posted.restored ? (
        <Alert
          tone="good"
          role="status"
          className="mb-6"
          title="The items of your order are in your cart again"
        />
      ) : null}
      {posted.problem ? <Alert tone="bad" role="alert" className="mb-6" title={posted.problem} /> : null}
      <CartEditor
        cart={cart}
        maxQuantity={maxLineQuantity}
        delivery={delivery}
        refresh={refresh}
        whenEmpty={<EmptyCart known />}
      />
    </Container>
  );
}

export const CartPageOrFrame = makePage(CartPage);

function Added(addition: Addition) {
  const news = additionNews(addition);
  return (
    <Alert tone={news.tone} role="status" className="mb-6" title={news.title}>
      {news.text ? <p>{news.text}</p> : null}
    </Alert>
  );
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
