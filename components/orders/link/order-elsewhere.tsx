import type { ReactNode } from 'react';
import { OrderLinkForm } from '#components/orders/link/order-link-form.tsx';
import { Container } from '#components/ui/container.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { ButtonLink } from '#components/ui/form/button.tsx';

/**
 * The page of an order that this browser may not show. It explains the situation and how to see the
 * order.
 */
export function OrderElsewhere({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Container>
      <EmptyState
        headingLevel="h1"
        title={title}
        actions={
          <>
            <ButtonLink href="/orders" variant="secondary">
              Orders in this browser
            </ButtonLink>
            <ButtonLink href="/" variant="secondary">
              See what we have
            </ButtonLink>
          </>
        }
      >
        {children}
      </EmptyState>
      <OrderLinkForm />
    </Container>
  );
}
