import { WriteToUs } from '#components/site/write-to-us.tsx';
import { Container } from '#components/ui/container.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { ButtonLink } from '#components/ui/form/button.tsx';

/** The view of a page that could not be read: `orUnavailable` (app/_personal/or-unavailable.ts). */
export interface UnavailableView {
  kind: 'unavailable';
  /** The address to try again. */
  address: string;
}

export function Unavailable({ address }: { address: string }) {
  return (
    <Container>
      <EmptyState
        headingLevel="h1"
        title="We will be right back"
        actions={
          <>
            <ButtonLink href={address}>Try again</ButtonLink>
            <ButtonLink href="/" variant="secondary">
              Back to the shop
            </ButtonLink>
          </>
        }
      >
        <p>
          The shop cannot be reached for a moment. Your cart and your orders are safe. If you were placing an
          order, trying again cannot double it: one checkout makes one order.
        </p>
        <WriteToUs />
      </EmptyState>
    </Container>
  );
}
