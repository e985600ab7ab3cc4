'use client';

import { RemovedNotice } from '#components/cart/notices/removed-notice.tsx';
import { CheckoutForm, type CheckoutFormView } from '#components/checkout/form/checkout-form.tsx';
import { EmptyCheckout, type EmptyCheckoutView } from '#components/checkout/notices/empty-checkout.tsx';
import { makePage } from '#components/page/make-page.tsx';
import { Unavailable, type UnavailableView } from '#components/page/unavailable.tsx';
import { useView } from '#components/page/use-view.ts';
import { Container } from '#components/ui/container.tsx';
import { PageTitle } from '#components/ui/page-title.tsx';
import type { CartRemoval } from '#lib/cart/schema.ts';

/** What the checkout page shows: the form, or why there is none. */
export type CheckoutPageView =
  | (CheckoutFormView & { kind: 'form'; removed: CartRemoval[] })
  | (EmptyCheckoutView & { kind: 'empty' })
  | UnavailableView;

export function CheckoutPage({ view: first }: { view: CheckoutPageView }) {
  const { view, refresh } = useView(first);
  switch (view.kind) {
    case 'unavailable':
      return <Unavailable address={view.address} />;
    case 'empty':
      return <EmptyCheckout {...view} />;
    case 'form':
      return (
        <Container>
          <PageTitle>Checkout</PageTitle>
          <RemovedNotice removed={view.removed} className="mb-8" />
          <CheckoutForm {...view} refresh={refresh} />
        </Container>
      );
  }
  // The view of another build.
  throw new TypeError('unknown view');
}

export const CheckoutPageOrFrame = makePage(CheckoutPage);
