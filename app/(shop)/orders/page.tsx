import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { unlessUnavailable } from '#app/_personal/unless-unavailable.tsx';
import { readOrdersPage } from '#app/(shop)/orders/read-orders-page.ts';
import { Suggestions } from '#components/catalogue/list/suggestions.tsx';
import { FoldedOrderLinkForm, OrderLinkForm } from '#components/orders/link/order-link-form.tsx';
import { OrderLinkNews } from '#components/orders/link/order-link-news.tsx';
import { OrderRow } from '#components/orders/order-row.tsx';
import { Container } from '#components/ui/container.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { ButtonLink } from '#components/ui/form/button.tsx';
import { PageTitle } from '#components/ui/page-title.tsx';
import type { ProductSummary } from '#lib/catalogue/schema.ts';
import { suggestedProducts } from '#lib/catalogue/suggested-products.ts';
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
  if (orders.length === 0 && after === undefined) {
    return <NoOrders link={link} suggested={await suggestedProducts()} />;
  }

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
        <FoldedOrderLinkForm />
      </div>
    </Container>
  );
}

/** An invalid cursor, such as one from a truncated URL, leads to the first page. */
async function ordersAfter(cursor: string | undefined): ReturnType<typeof readOrdersPage> {
  const userId = (await currentShopper())?.shopperId;
  if (!userId) return { orders: [], nextCursor: null };
  try {
    return await readOrdersPage({ userId, cursor });
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid_request') redirect('/orders');
    throw error;
  }
}

function NoOrders({ link, suggested }: { link: string | undefined; suggested: ProductSummary[] }) {
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
      <Suggestions products={suggested} />
      <OrderLinkForm />
    </Container>
  );
}
