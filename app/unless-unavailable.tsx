import type { ReactNode } from 'react';
import { Container } from '#components/ui/container.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { ButtonLink } from '#components/ui/form/button.tsx';
import { isDatabaseAway } from '#lib/platform/database/db-errors.ts';
import { logger } from '#lib/platform/logger.ts';

/**
 * Renders one of a shopper's own pages or, while the database is unavailable, a page that says so. Next
 * renders the error page with JavaScript only, and these pages must work without it.
 */
export async function unlessUnavailable(path: string, draw: () => Promise<ReactNode>): Promise<ReactNode> {
  try {
    return await draw();
  } catch (error) {
    if (!isDatabaseAway(error)) throw error;
    logger().warn({ path, err: error }, 'page without database');
    return <Unavailable path={path} />;
  }
}

function Unavailable({ path }: { path: string }) {
  return (
    <Container>
      <EmptyState
        headingLevel="h1"
        title="We will be right back"
        actions={
          <>
            <ButtonLink href={path} prefetch={false}>
              Try again
            </ButtonLink>
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
      </EmptyState>
    </Container>
  );
}
