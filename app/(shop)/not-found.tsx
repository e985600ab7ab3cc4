import type { Metadata } from 'next';
import { siteFacts } from '#app/site.ts';
import { Suggestions } from '#components/catalogue/list/suggestions.tsx';
import { ContactLink } from '#components/site/contact-link.tsx';
import { WaysOn } from '#components/site/ways-on.tsx';
import { Container } from '#components/ui/container.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { suggestedProducts } from '#lib/catalogue/suggested-products.ts';

export const metadata: Metadata = { title: 'Not found' };

export default async function NotFound() {
  // Together: while no connection is free, each of them waits for one as long as it may.
  const [{ contact }, suggested] = await Promise.all([siteFacts(), suggestedProducts()]);
  return (
    <Container>
      <EmptyState headingLevel="h1" title="There is nothing at this address" actions={<WaysOn />}>
        <p>The address may have a typing mistake, or the page it led to is gone.</p>
        {contact ? (
          <p className="mt-3 text-sm">
            If a link on our site brought you here, please tell us at <ContactLink address={contact} />.
          </p>
        ) : null}
      </EmptyState>
      <Suggestions products={suggested} />
    </Container>
  );
}
