import type { ReactNode } from 'react';
import { Container } from '#components/ui/container.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { ButtonLink } from '#components/ui/form/button.tsx';
import { isDatabaseAway } from '#lib/platform/database/db-errors.ts';
import { AppError } from '#lib/platform/errors.ts';
import { logger } from '#lib/platform/logger.ts';

/**
 * Renders one of a shopper's own pages or, while the shop is unavailable, a page that says so. Next
 * renders the error page with JavaScript only, and these pages must work without it.
 */
export async function unlessUnavailable(path: string, draw: () => Promise<ReactNode>): Promise<ReactNode> {
  try {
    return await draw();
  } catch (error) {
    if (!isDatabaseAway(error) && !isUnavailable(error)) throw error;
    logger().warn({ path, err: error }, 'page without the shop');
    return <Unavailable path={path} />;
  }
}

const isUnavailable = (error: unknown) => error instanceof AppError && error.code === 'unavailable';

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
