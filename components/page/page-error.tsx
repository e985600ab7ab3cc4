import { WriteToUs } from '#components/site/write-to-us.tsx';
import { Container } from '#components/ui/container.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Button, ButtonLink } from '#components/ui/form/button.tsx';

/** A page that could not be shown. `code` finds the error in the log. */
export function PageError({ onRetry, code }: { onRetry: () => void; code?: string | undefined }) {
  return (
    <Container>
      <EmptyState
        headingLevel="h1"
        title="Something went wrong on our side"
        actions={
          <>
            <Button type="button" onClick={onRetry}>
              Try again
            </Button>
            <ButtonLink href="/orders" variant="secondary">
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
        <WriteToUs code={code} />
      </EmptyState>
    </Container>
  );
}
