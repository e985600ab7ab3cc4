'use client';

import { useEffect } from 'react';
import { reloadOnce } from '#components/site/reload-once.ts';
import { Container } from '#components/ui/container.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Button, ButtonLink } from '#components/ui/form/button.tsx';

export default function ErrorPage({ error, retry }: { error: unknown; retry: () => void }) {
  useEffect(() => {
    reloadOnce(error);
  }, [error]);
  const digest = error instanceof Error && 'digest' in error ? String(error.digest) : undefined;
  return (
    <Container>
      <EmptyState
        headingLevel="h1"
        title="Something went wrong on our side"
        actions={
          <>
            <Button type="button" onClick={retry}>
              Try again
            </Button>
            <ButtonLink href="/orders" prefetch={false} variant="secondary">
              Your orders
            </ButtonLink>
            <ButtonLink href="/" variant="quiet" size="inline">
              Back to the shop
            </ButtonLink>
          </>
        }
      >
        <p>
          This page could not be shown just now. Your cart is safe. If you were placing an order, trying again
          cannot double it: one checkout makes one order.
        </p>
        {digest ? (
          <p className="mt-3 text-sm">If you write to us about it, quote this code: {digest}</p>
        ) : null}
      </EmptyState>
    </Container>
  );
}
