'use client';

import { BuyAgain } from '#components/orders/actions/buy-again.tsx';
import { canBuyAgain } from '#components/orders/actions/can-buy-again.ts';
import { CancelOrder } from '#components/orders/actions/cancel-order.tsx';
import { PaymentAttempts } from '#components/orders/actions/payment-attempts.tsx';
import { isConfirmation } from '#components/orders/is-confirmation.ts';
import { OrderElsewhere } from '#components/orders/link/order-elsewhere.tsx';
import { NextSteps } from '#components/orders/next-steps.tsx';
import { OrderAtAGlance } from '#components/orders/order-at-a-glance.tsx';
import { OrderDetails } from '#components/orders/order-details.tsx';
import { OrderHeading } from '#components/orders/order-heading.tsx';
import { OrderLines } from '#components/orders/order-lines.tsx';
import { OrderNotFound } from '#components/orders/order-not-found.tsx';
import { OrderTotals } from '#components/orders/order-totals.tsx';
import type { OrderPageView, ShownOrderView } from '#components/orders/order-view.ts';
import { OrderStatus } from '#components/orders/status/order-status.tsx';
import { OrderTimeline } from '#components/orders/status/order-timeline.tsx';
import { timelineOf } from '#components/orders/status/timeline.ts';
import { makePage } from '#components/page/make-page.tsx';
import { Unavailable } from '#components/page/unavailable.tsx';
import { useView } from '#components/page/use-view.ts';
import { Container } from '#components/ui/container.tsx';
import { ButtonLink } from '#components/ui/form/button.tsx';
import { onCancel } from '#lib/orders/money/money-sentences.ts';

export function OrderPage({ view: first }: { view: OrderPageView }) {
  const { view, refresh } = useView(first);
  switch (view.kind) {
    case 'unavailable':
      return <Unavailable address={view.address} />;
    case 'not_found':
      return <OrderNotFound />;
    case 'returned_elsewhere':
      return <ReturnedElsewhere />;
    case 'order':
      return <ShownOrder view={view} refresh={refresh} />;
  }
  // The view of another build.
  throw new TypeError('unknown view');
}

export const OrderPageOrFrame = makePage(OrderPage);

function ShownOrder({ view, refresh }: { view: ShownOrderView; refresh: () => Promise<void> }) {
  const { order, own, facts, lines, cardEntry, days, arrival } = view;
  return (
    <Container>
      <OrderHeading view={view} />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-x-16 gap-y-10 lg:grid-cols-[minmax(0,1fr)_24rem] lg:grid-rows-[auto_1fr] print:gap-y-4">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-10 print:gap-4">
          {own ? (
            <OrderStatus order={order} facts={facts} cardEntry={cardEntry} refresh={refresh} />
          ) : (
            <OrderAtAGlance order={order} facts={facts} />
          )}
          <OrderTimeline steps={timelineOf(facts, days, isConfirmation(view) ? undefined : arrival)} />
          <NextSteps view={view} />
          <PaymentAttempts money={facts} />
        </div>
        <section
          aria-labelledby="lines-title"
          className="rounded-lg border border-line bg-raised p-5 sm:p-6 lg:col-start-2 lg:row-span-2 lg:row-start-1 print:border-0 print:p-0"
        >
          <h2 id="lines-title" className="mb-5 text-xl print:mb-2">
            What you ordered
          </h2>
          <OrderLines lines={lines} currency={order.currency} />
          <div className="mt-5 border-t border-line pt-5 print:mt-2 print:pt-2">
            <OrderTotals totals={order} currency={order.currency} />
          </div>
        </section>
        <OrderDetails view={view} />
      </div>
      <WaysOn view={view} />
      {own && order.cancellable ? <Cancellation view={view} refresh={refresh} /> : null}
    </Container>
  );
}

function ReturnedElsewhere() {
  return (
    <OrderElsewhere title="Your payment is being confirmed">
      <p>
        You came back from your bank in a different browser, so we can’t show the order here. Open Orders in
        the browser in which you ordered, or the link in our email about the order. You will not be charged
        twice.
      </p>
    </OrderElsewhere>
  );
}

/** Where to go from an order. While it waits for its shopper, its payment is the page's only main action. */
function WaysOn({ view: { order, own, isRecent } }: { view: ShownOrderView }) {
  const { id, status, payable } = order;
  const isWaiting = payable !== null || status === 'payment_declined' || status === 'payment_pending';
  // Not right after a purchase.
  const offersAgain =
    own && canBuyAgain(status) && (!isRecent || status === 'cancelled' || status === 'refunded');
  return (
    <div className="mt-12 flex flex-wrap gap-3 print:hidden">
      <ButtonLink href="/" variant={isWaiting ? 'secondary' : 'primary'}>
        Continue shopping
      </ButtonLink>
      {offersAgain ? <BuyAgain orderId={id} /> : null}
      {own ? (
        <ButtonLink href="/orders" variant="secondary">
          All your orders
        </ButtonLink>
      ) : null}
    </div>
  );
}

function Cancellation({ view: { order, facts }, refresh }: { view: ShownOrderView; refresh: () => void }) {
  const consequence = onCancel(facts);
  return (
    <div className="mt-12 flex flex-wrap items-center gap-x-5 gap-y-3 border-t border-line pt-8 print:hidden">
      <CancelOrder id={order.id} number={order.number} money={consequence} refresh={refresh} />
      <p className="max-w-[36rem] text-muted">Possible until your parcel leaves us. {consequence}</p>
    </div>
  );
}
