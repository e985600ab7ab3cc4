import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import type { ReactNode } from 'react';
import { cardEntry } from '#app/card-entry.ts';
import OrderNotFound from '#app/orders/[id]/not-found.tsx';
import { unlessUnavailable } from '#app/unless-unavailable.tsx';
import { CancelOrder } from '#components/orders/actions/cancel-order.tsx';
import { PaymentAttempts } from '#components/orders/actions/payment-attempts.tsx';
import { OrderElsewhere } from '#components/orders/link/order-elsewhere.tsx';
import { NextSteps } from '#components/orders/next-steps.tsx';
import { OrderAtAGlance } from '#components/orders/order-at-a-glance.tsx';
import { OrderLines } from '#components/orders/order-lines.tsx';
import { OrderTotals } from '#components/orders/order-totals.tsx';
import { formatDay } from '#components/orders/status/dates.ts';
import { OrderStatus } from '#components/orders/status/order-status.tsx';
import { Container } from '#components/ui/container.tsx';
import { ButtonLink } from '#components/ui/form/button.tsx';
import { PageTitle } from '#components/ui/page-title.tsx';
import { findVariants } from '#lib/catalogue/find-variants.ts';
import { getOrder } from '#lib/order-management/get-order.ts';
import { openOrderAccess } from '#lib/order-management/order-access.ts';
import { onCancel } from '#lib/orders/money/money-sentences.ts';
import { type OrderMoney, readOrderMoney } from '#lib/orders/money/order-money.ts';
import type { OrderView } from '#lib/orders/schema.ts';
import { declineSentence } from '#lib/payment-provider/decline-sentence.ts';
import { answerPageWith } from '#lib/platform/http/page-status.ts';
import { currentShopper } from '#lib/platform/session/next-session.ts';
import { currentRules } from '#lib/pricing/current-rules.ts';
import { countryName } from '#lib/shipping/country-name.ts';
import { addressLines } from '#lib/shipping/format-address.ts';
import { methodName, methodTime } from '#lib/shipping/method-label.ts';

type Query = { [name in 'access' | 'returned']?: string | string[] | undefined };

interface Props {
  params: Promise<{ id: string }>;
  searchParams: Promise<Query>;
}

export const metadata: Metadata = { title: 'Your order', robots: { index: false } };

/** While an order is this recent, its page is mainly its confirmation. */
const freshMs = 30 * 60_000;

export default async function OrderPage({ params, searchParams }: Props) {
  const { id } = await params;
  const { access, returned } = await searchParams;
  const link = typeof access === 'string' ? access : undefined;
  const query = link ? `?${new URLSearchParams({ access: link })}` : '';
  return unlessUnavailable(`/orders/${encodeURIComponent(id)}${query}`, () =>
    drawOrder({ id, link, returned: returned !== undefined }),
  );
}

async function drawOrder({ id, link, returned }: { id: string; link?: string; returned: boolean }) {
  const seen = (await ownOrder(id)) ?? (await linkedOrder(id, link));
  if (!seen) return returned ? <ReturnedElsewhere /> : <NotShown />;
  const { order, userId, own } = seen;
  const lines = await withPictures(order);
  const facts = {
    decline: declineSentence(order.payments.at(-1)?.declineCode),
    ...(await readOrderMoney({ userId, id })),
  };

  return (
    <Container>
      <OrderHeading order={order} own={own} />
      <div className="grid items-start gap-x-16 gap-y-10 lg:grid-cols-[minmax(0,1fr)_24rem] lg:grid-rows-[auto_1fr]">
        <div className="grid gap-10">
          {own ? (
            <OrderStatus order={order} facts={facts} cardEntry={cardEntry()} />
          ) : (
            <OrderAtAGlance order={order} facts={facts} />
          )}
          <NextSteps order={order} shippingTime={methodTime(await methodLabelOf(order))} />
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
          <Details order={order} />
          {own && order.cancellable ? <Cancellation order={order} money={facts} /> : null}
        </div>
      </div>
      <p className="mt-12 flex flex-wrap gap-3">
        <ButtonLink href="/">Continue shopping</ButtonLink>
        {own ? (
          <ButtonLink href="/orders" prefetch={false} variant="secondary">
            All your orders
          </ButtonLink>
        ) : null}
      </p>
    </Container>
  );
}

interface SeenOrder {
  order: OrderView;
  userId: string;
  /** Whether this browser placed the order, and so may pay and cancel it. */
  own: boolean;
}

async function ownOrder(id: string): Promise<SeenOrder | undefined> {
  const userId = (await currentShopper())?.shopperId;
  const order = userId ? await getOrder({ userId, id }) : undefined;
  return userId && order ? { order, userId, own: true } : undefined;
}

/** Reads the order that a link from one of the shop's emails opens. */
async function linkedOrder(id: string, link: string | undefined): Promise<SeenOrder | undefined> {
  const userId = link ? openOrderAccess(link, id) : undefined;
  const order = userId ? await getOrder({ userId, id }) : undefined;
  return userId && order ? { order, userId, own: false } : undefined;
}

/** Order not found. Rendered on the server if the host lets a page set the status. */
function NotShown() {
  return answerPageWith(404) ? <OrderNotFound /> : notFound();
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

async function withPictures({ lines }: OrderView) {
  const variants = await findVariants(lines.map(({ sku }) => sku));
  return lines.map((line) => {
    const variant = variants.get(line.sku);
    return { ...line, image: variant?.image, href: variant && `/product/${variant.slug}` };
  });
}

function OrderHeading({ order: { number, status, placedAt }, own }: { order: OrderView; own: boolean }) {
  const number_ = <span className="figures whitespace-nowrap">{number}</span>;
  const isInEffect = status === 'placed' || status === 'payment_processing' || status === 'paid';
  if (own && isInEffect && Date.now() - Date.parse(placedAt) < freshMs) {
    return (
      <PageTitle lead="See it under Orders in this browser.">Thank you. Order {number_} is placed</PageTitle>
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
      Order {number_}
    </PageTitle>
  );
}

function Cancellation({ order, money }: { order: OrderView; money: OrderMoney }) {
  const { id, number, status } = order;
  return (
    <section>
      <h2 className="text-xl">Changed your mind?</h2>
      <p className="mt-2 mb-4 text-muted">
        Until your parcel leaves us, you can cancel the order
        {status === 'paid' ? ' and get a refund' : ''}.
      </p>
      <CancelOrder id={id} number={number} money={onCancel(money)} />
    </section>
  );
}

/** The label of the order's shipping method. Its id, when the shop has removed the method since. */
async function methodLabelOf({ shippingMethod }: OrderView): Promise<string> {
  const { shippingMethods } = await currentRules();
  return shippingMethods.find(({ id }) => id === shippingMethod)?.label ?? shippingMethod;
}

async function Details({ order }: { order: OrderView }) {
  const { countries } = await currentRules();
  const { shippingAddress } = order;
  const address = addressLines(shippingAddress, countryName(countries, shippingAddress.country));
  const invoice = order.payments.some(({ method }) => method === 'invoice');
  return (
    <dl className="grid gap-6 sm:grid-cols-2">
      <Detail label="Delivery address">
        <address className="whitespace-pre-line not-italic">{address.join('\n')}</address>
      </Detail>
      <Detail label="Delivery method">{methodName(await methodLabelOf(order))}</Detail>
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
