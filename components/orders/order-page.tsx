'use client';

import type { ReactNode } from 'react';
import { CancelOrder } from '#components/orders/actions/cancel-order.tsx';
import { PaymentAttempts } from '#components/orders/actions/payment-attempts.tsx';
import { OrderElsewhere } from '#components/orders/link/order-elsewhere.tsx';
import { NextSteps } from '#components/orders/next-steps.tsx';
import { OrderAtAGlance } from '#components/orders/order-at-a-glance.tsx';
import { type OrderLine, OrderLines } from '#components/orders/order-lines.tsx';
import { OrderNotFound } from '#components/orders/order-not-found.tsx';
import { OrderTotals } from '#components/orders/order-totals.tsx';
import { formatDay } from '#components/orders/status/dates.ts';
import type { OrderFacts } from '#components/orders/status/order-news.ts';
import { OrderStatus } from '#components/orders/status/order-status.tsx';
import { makePage } from '#components/page/make-page.tsx';
import { Unavailable, type UnavailableView } from '#components/page/unavailable.tsx';
import { useView } from '#components/page/use-view.ts';
import type { CardEntry } from '#components/payment/card-entry.ts';
import { Container } from '#components/ui/container.tsx';
import { ButtonLink } from '#components/ui/form/button.tsx';
import { PageTitle } from '#components/ui/page-title.tsx';
import { onCancel } from '#lib/orders/money/money-sentences.ts';
import type { OrderMoney } from '#lib/orders/money/order-money.ts';
import type { OrderView } from '#lib/orders/schema.ts';
import { methodName, methodTime } from '#lib/shipping/method-label.ts';

/** What the page of an order shows. */
export type OrderPageView =
  | ShownOrderView
  /** The browser came back from the bank, and another browser has placed the order. */
  | { kind: 'returned_elsewhere' }
  | { kind: 'not_found' }
  | UnavailableView;

interface ShownOrderView {
  kind: 'order';
  order: OrderView;
  /** Whether this browser placed the order, and so may pay and cancel it. */
  own: boolean;
  /** The order was placed so recently that its page is mainly its confirmation. */
  isRecent: boolean;
  facts: OrderFacts;
  lines: OrderLine[];
  /** The lines of the shipping address, as its country writes them. */
  address: string[];
  /** The label of its shipping method, such as "Standard, 3–5 working days". */
  shippingLabel: string;
  /** How the page accepts a card; undefined if it accepts none. */
  cardEntry: CardEntry | undefined;
}

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
  const { order, own, facts, lines, cardEntry } = view;
  return (
    <Container>
      <OrderHeading view={view} />
      <div className="grid items-start gap-x-16 gap-y-10 lg:grid-cols-[minmax(0,1fr)_24rem] lg:grid-rows-[auto_1fr]">
        <div className="grid gap-10">
          {own ? (
            <OrderStatus order={order} facts={facts} cardEntry={cardEntry} refresh={refresh} />
          ) : (
            <OrderAtAGlance order={order} facts={facts} />
          )}
          <NextSteps order={order} shippingTime={methodTime(view.shippingLabel)} />
          <PaymentAttempts money={facts} />
        </div>
        <section
          aria-labelledby="lines-title"
          className="rounded-lg border border-line bg-raised p-5 sm:p-6 lg:col-start-2 lg:row-span-2 lg:row-start-1"
        >
          <h2 id="lines-title" className="mb-5 text-xl">
            What you ordered
          </h2>
          <OrderLines lines={lines} currency={order.currency} />
          <div className="mt-5 border-t border-line pt-5">
            <OrderTotals totals={order} currency={order.currency} />
          </div>
        </section>
        <div className="grid gap-10">
          <Details view={view} />
          {own && order.cancellable ? <Cancellation order={order} money={facts} refresh={refresh} /> : null}
        </div>
      </div>
      <p className="mt-12 flex flex-wrap gap-3">
        <ButtonLink href="/">Continue shopping</ButtonLink>
        {own ? (
          <ButtonLink href="/orders" variant="secondary">
            All your orders
          </ButtonLink>
        ) : null}
      </p>
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

function OrderHeading({ view: { order, own, isRecent } }: { view: ShownOrderView }) {
  const { status, placedAt } = order;
  const number = <span className="figures whitespace-nowrap">{order.number}</span>;
  const isInEffect = status === 'placed' || status === 'payment_processing' || status === 'paid';
  if (own && isInEffect && isRecent) {
    return (
      <PageTitle lead="See it under Orders in this browser.">Thank you. Order {number} is placed</PageTitle>
    );
  }
  return (
    <PageTitle
      lead={
        <>
          Placed on <time dateTime={placedAt}>{formatDay(placedAt)}</time>
        </>
      }
    >
      Order {number}
    </PageTitle>
  );
}

function Cancellation({
  order: { id, number, status },
  money,
  refresh,
}: {
  order: OrderView;
  money: OrderMoney;
  refresh: () => void;
}) {
  return (
    <section>
      <h2 className="text-xl">Changed your mind?</h2>
      <p className="mt-2 mb-4 text-muted">
        Until your parcel leaves us, you can cancel the order
        {status === 'paid' ? ' and get a refund' : ''}.
      </p>
      <CancelOrder id={id} number={number} money={onCancel(money)} refresh={refresh} />
    </section>
  );
}

function Details({ view: { order, address, shippingLabel } }: { view: ShownOrderView }) {
  const invoice = order.payments.some(({ method }) => method === 'invoice');
  return (
    <dl className="grid gap-6 sm:grid-cols-2">
      <Detail label="Delivery address">
        <address className="whitespace-pre-line not-italic">{address.join('\n')}</address>
      </Detail>
      <Detail label="Delivery method">{methodName(shippingLabel)}</Detail>
      <Detail label="Payment">{invoice ? 'Invoice' : 'Card'}</Detail>
      <Detail label="Email">{order.email}</Detail>
    </dl>
  );
}

function Detail({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-sm text-muted">{label}</dt>
      <dd className="mt-1 break-words">{children}</dd>
    </div>
  );
}
