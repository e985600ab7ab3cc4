'use client';

import { useEffect, useState } from 'react';
import { OrderInstead } from '#components/checkout/notices/order-instead.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { ButtonLink } from '#components/ui/form/button.tsx';
import type { OrderView } from '#lib/orders/schema.ts';

/**
 * Shown when this page's cart has become an order, here or in another tab. Shows which order it is and
 * whether it is paid.
 */
export function OrderedMeanwhile({ url }: { url: string }) {
  const [order, setOrder] = useState<OrderView>();
  useEffect(() => {
    const leaving = new AbortController();
    fetchOrder(url, leaving.signal).then(setOrder);
    return () => leaving.abort();
  }, [url]);
  if (order) return <OrderInstead order={order} />;
  return (
    <EmptyState
      headingLevel="h1"
      title="You already placed this order"
      actions={<ButtonLink href={url}>See your order</ButtonLink>}
    >
      <p>It was placed once. Its page says whether it is paid.</p>
    </EmptyState>
  );
}

/** Undefined when no answer arrived: the page links to the order either way. */
async function fetchOrder(url: string, signal: AbortSignal): Promise<OrderView | undefined> {
  try {
    const response = await fetch(`/api${url}`, { cache: 'no-store', signal });
    return response.ok ? ((await response.json()) as OrderView) : undefined;
  } catch {
    return undefined;
  }
}
