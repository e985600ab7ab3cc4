import { ButtonLink } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';

/** In the place of a form that has done its work: seen after the Back button, or in a second tab. */
export function PlacedAlready({ url, number }: { url?: string | undefined; number?: string }) {
  return (
    <EmptyState
      headingLevel="h1"
      title="You already placed this order"
      actions={
        <>
          {url ? <ButtonLink href={url}>See your order</ButtonLink> : null}
          <ButtonLink href="/orders" variant={url ? 'secondary' : 'primary'}>
            All your orders
          </ButtonLink>
          <ButtonLink href="/" variant="quiet">
            Go on shopping
          </ButtonLink>
        </>
      }
    >
      <p>
        {number ? `Order ${number} is placed, once. ` : 'It is placed, once. '}
        Nothing is left in this cart, so there is nothing to pay for a second time.
      </p>
    </EmptyState>
  );
}
