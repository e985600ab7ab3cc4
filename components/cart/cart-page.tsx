'use client';

import { useEffect } from 'react';
import type { CartView } from '#components/cart/cart-state.ts';
import { CartEditor } from '#components/cart/editor/cart-editor.tsx';
import { type Addition, additionNews } from '#components/cart/notices/addition-news.ts';
import { type Again, AgainNews } from '#components/cart/notices/again-news.tsx';
import { Suggestions } from '#components/catalogue/list/suggestions.tsx';
import { makePage } from '#components/page/make-page.tsx';
import { Unavailable, type UnavailableView } from '#components/page/unavailable.tsx';
import { useView } from '#components/page/use-view.ts';
import { CookieNotice, CookieProblem } from '#components/site/cookie-notice.tsx';
import { WaysOn } from '#components/site/ways-on.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Container } from '#components/ui/container.tsx';
import { PageTitle } from '#components/ui/page-title.tsx';
import { maxLineQuantity } from '#lib/cart/cart-limits.ts';
import type { ProductSummary } from '#lib/catalogue/schema.ts';
import type { DeliveryFacts } from '#lib/pricing/delivery-facts.ts';

/** What the cart page shows. */
export type CartPageView =
  | ShownCartView
  /** For a browser without the shop's cookie. `posted`: a form was answered with the cookie. */
  | { kind: 'no_cookie'; posted: boolean; suggested: ProductSummary[] }
  | UnavailableView;

interface ShownCartView {
  kind: 'cart';
  cart: CartView;
  delivery: DeliveryFacts;
  /** Products to offer; only beside an empty cart. */
  suggested?: ProductSummary[];
  /** The outcome of a form that the browser posted itself. */
  posted: { added?: Addition; again?: Again; problem?: string };
}

const emptyTitle = 'Your cart is empty';

export function CartPage({ view: first }: { view: CartPageView }) {
  const { view, refresh } = useView(first);
  switch (view.kind) {
    case 'unavailable':
      return <Unavailable address={view.address} />;
    case 'no_cookie':
      return (
        <Container>
          <PageTitle>{emptyTitle}</PageTitle>
          {view.posted ? <CookieProblem className="mb-6" /> : <CookieNotice className="mb-6" />}
          <Offers suggested={view.suggested} />
        </Container>
      );
    case 'cart':
      return <ShownCart view={view} refresh={refresh} />;
  }
  // The view of another build.
  throw new TypeError('unknown view');
}

function ShownCart({ view, refresh }: { view: ShownCartView; refresh: () => void }) {
  const { cart, delivery, posted, suggested } = view;
  const outcome = (
    <>
      {posted.added ? <Added {...posted.added} /> : null}
      {posted.again ? <AgainNews {...posted.again} /> : null}
      {posted.problem ? <Alert tone="bad" role="alert" className="mb-6" title={posted.problem} /> : null}
    </>
  );
  return (
    <Container>
      <CartEditor
        cart={cart}
        maxQuantity={maxLineQuantity}
        delivery={delivery}
        refresh={refresh}
        outcome={outcome}
        emptyTitle={emptyTitle}
        whenEmpty={<EmptyCart suggested={suggested} refresh={refresh} />}
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

/** A view of a cart that was not empty has no products to offer, so the page reads it again. */
function EmptyCart({ suggested, refresh }: { suggested: ProductSummary[] | undefined; refresh: () => void }) {
  const isMissing = suggested === undefined;
  useEffect(() => {
    if (isMissing) refresh();
  }, [isMissing, refresh]);
  return <Offers suggested={suggested ?? []} />;
}

/** Ways on from an empty cart, also in a shop with nothing to suggest. */
function Offers({ suggested }: { suggested: ProductSummary[] }) {
  return (
    <>
      <div className="flex flex-wrap gap-x-4 gap-y-3 pb-6">
        <WaysOn />
      </div>
      <Suggestions products={suggested} />
    </>
  );
}
