import { RemovedNotice } from '#components/cart/notices/removed-notice.tsx';
import { Suggestions } from '#components/catalogue/list/suggestions.tsx';
import { EmptyProblem } from '#components/checkout/notices/empty-problem.tsx';
import { OrderInstead } from '#components/checkout/notices/order-instead.tsx';
import type { ShownOrder } from '#components/checkout/notices/order-instead-words.ts';
import { PendingOrder } from '#components/checkout/notices/pending-order.tsx';
import type { Problem } from '#components/checkout/submission/submission-machine.ts';
import { WaysOn } from '#components/site/ways-on.tsx';
import { Container } from '#components/ui/container.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import type { CartRemoval } from '#lib/cart/schema.ts';
import type { ProductSummary } from '#lib/catalogue/schema.ts';

export interface EmptyCheckoutView {
  /** The order that the shopper most likely came back from. */
  order: ShownOrder | undefined;
  /** Whether the browser sent the shop's cookie. */
  known: boolean;
  /** Why the last form was refused, if no order was placed since. */
  problem: Problem | undefined;
  /** The items that the shop removed from the cart. */
  removed: CartRemoval[];
  /** What the shop offers instead of an order to look at. */
  suggested: ProductSummary[];
}

/** Refusals that prove two facts: nothing was ordered, and the form's cart is gone. */
const ofLostCarts = ['session_required', 'cart_changed', 'cart_empty', 'token_invalid'];

/**
 * A checkout with an empty cart: shows the recent order, if there is one, otherwise links back to the
 * shop.
 */
export function EmptyCheckout({ order, known, problem, removed, suggested }: EmptyCheckoutView) {
  const instead = problem && ofLostCarts.includes(problem.code) ? undefined : order;
  return (
    <Container>
      <PendingOrder />
      <RemovedNotice removed={removed} className="mt-8" />
      {problem && !instead ? <EmptyProblem problem={problem} /> : null}
      {instead ? <OrderInstead order={instead} /> : <Nothing known={known} suggested={suggested} />}
    </Container>
  );
}

function Nothing({ known, suggested }: Pick<EmptyCheckoutView, 'known' | 'suggested'>) {
  return (
    <>
      <EmptyState headingLevel="h1" title="Your cart is empty" actions={<WaysOn />}>
        {known ? null : (
          <p>
            If you added something, your browser did not keep the cookie that the shop needs for your cart.
            Allow cookies for this site and add it again.
          </p>
        )}
      </EmptyState>
      <Suggestions products={suggested} />
    </>
  );
}
