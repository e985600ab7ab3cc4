import type { Metadata } from 'next';
import { WaysOn } from '#components/site/ways-on.tsx';
import { Container } from '#components/ui/container.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';

export const metadata: Metadata = { title: 'Not found' };

export default function NotFound() {
  return (
    <Container>
      <EmptyState headingLevel="h1" title="There is nothing at this address" actions={<WaysOn />}>
        <p>The address may have a typing mistake, or the page it led to is gone.</p>
      </EmptyState>
    </Container>
  );
}
