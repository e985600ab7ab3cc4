import { ButtonLink } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';

/** In the place of a form that has done its work: seen after the Back button, or in a second tab. */
export function PlacedAlready({ url, number }: { url: string; number?: string }) {
  return (
    <EmptyState
      headingLevel="h1"
      title="You already placed this order"
      actions={
        <>
          <ButtonLink href={url} prefetch={false}>
            See your order
          </ButtonLink>
          <ButtonLink href="/orders" prefetch={false} variant="secondary">
            All your orders
          </ButtonLink>
          <ButtonLink href="/" variant="quiet">
            Go on shopping
          </ButtonLink>
        </>
      }
    >
      <p>
        {number ? `Order ${number} is placed, once. ` : 'It has become one order. '}
        Nothing is left in this cart, so there is nothing to pay for a second time.
      </p>
    </EmptyState>
  );
}
