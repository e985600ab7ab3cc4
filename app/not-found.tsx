import type { Metadata } from 'next';
import { ButtonLink } from '#components/ui/button.tsx';
import { Container } from '#components/ui/container.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';

export const metadata: Metadata = { title: 'Not found' };

export default function NotFound() {
  return (
    <Container>
      <EmptyState
        headingLevel="h1"
        title="There is nothing at this address"
        actions={
          <>
            <ButtonLink href="/">See what we have</ButtonLink>
            <ButtonLink href="/orders" prefetch={false} variant="secondary">
              Your orders
            </ButtonLink>
          </>
        }
      >
        <p>The address may have a typing mistake, or the page it led to is gone.</p>
      </EmptyState>
    </Container>
  );
}
