import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { unlessUnavailable } from '#app/_personal/unless-unavailable.tsx';
import { OrderLinkForm } from '#components/orders/link/order-link-form.tsx';
import { OrderLinkNews } from '#components/orders/link/order-link-news.tsx';
import { formatDay } from '#components/orders/status/dates.ts';
import { StatusBadge } from '#components/orders/status/status-badge.tsx';
import { Container } from '#components/ui/container.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { ButtonLink } from '#components/ui/form/button.tsx';
import { PageTitle } from '#components/ui/page-title.tsx';
import { Price } from '#components/ui/price.tsx';
import { listOrders } from '#lib/orders/read/list-orders.ts';
import type { OrderSummary } from '#lib/orders/schema.ts';
import { AppError } from '#lib/platform/errors.ts';
import { currentShopper } from '#lib/platform/session/next-session.ts';

export const metadata: Metadata = { title: 'Your orders', robots: { index: false } };

export default async function OrdersPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { cursor, link } = await searchParams;
  return unlessUnavailable('/orders', () =>
    drawOrders({
      after: typeof cursor === 'string' ? cursor : undefined,
      link: typeof link === 'string' ? link : undefined,
    }),
  );
}

async function drawOrders({ after, link }: { after: string | undefined; link: string | undefined }) {
  const { orders, nextCursor } = await ordersAfter(after);
  if (orders.length === 0 && after === undefined) return <NoOrders link={link} />;

  return (
    <Container narrow>
      <PageTitle lead="Placed in this browser, newest first.">Your orders</PageTitle>
      <OrderLinkNews outcome={link} />
      <ul className="grid gap-3">
        {orders.map((order) => (
          <OrderRow key={order.id} order={order} />
        ))}
      </ul>
      <nav aria-label="Pages of orders" className="mt-8 flex flex-wrap justify-between gap-3 empty:hidden">
        {after ? (
          <ButtonLink href="/orders" variant="secondary">
            Newest orders
          </ButtonLink>
        ) : null}
        {nextCursor ? (
          <ButtonLink
            href={`/orders?cursor=${encodeURIComponent(nextCursor)}`}
            variant="secondary"
            className="ml-auto"
          >
            Older orders
          </ButtonLink>
        ) : null}
      </nav>
      <div className="mt-12 border-t border-line pt-8">
        <OrderLinkForm />
      </div>
    </Container>
  );
}

/** An invalid cursor, such as one from a truncated URL, leads to the first page. */
async function ordersAfter(cursor: string | undefined): Promise<Awaited<ReturnType<typeof listOrders>>> {
  const userId = (await currentShopper())?.shopperId;
  if (!userId) return { orders: [], nextCursor: null };
  try {
    return await listOrders({ userId, cursor });
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid_request') redirect('/orders');
    throw error;
  }
}

function OrderRow({ order }: { order: OrderSummary }) {
  const { id, number, status, itemCount, totalMinor, currency, placedAt } = order;
  return (
    <li className="relative rounded-lg border border-line bg-raised p-5 transition-colors hover:border-accent">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <h2 className="text-lg">
          {/* The whole row is the link's click area. */}
          <a href={`/orders/${id}`} className="figures after:absolute after:inset-0 after:rounded-lg">
            {number}
          </a>
        </h2>
        <StatusBadge status={status} />
      </div>
      <div className="mt-2 flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
        <p className="text-muted">
          <time dateTime={placedAt}>{formatDay(placedAt)}</time>, {itemCount}{' '}
          {itemCount === 1 ? 'item' : 'items'}
        </p>
        <Price minor={totalMinor} currency={currency} className="font-semibold" />
      </div>
    </li>
  );
}

function NoOrders({ link }: { link: string | undefined }) {
  return (
    <Container>
      <OrderLinkNews outcome={link} />
      <EmptyState
        headingLevel="h1"
        title="No orders yet"
        actions={<ButtonLink href="/">See what we have</ButtonLink>}
      >
        <p>Orders that you place in this browser are listed here.</p>
      </EmptyState>
      <OrderLinkForm />
    </Container>
  );
}
