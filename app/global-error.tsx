'use client';

import './globals.css';
import { useEffect } from 'react';
import { digestOf } from '#components/page/digest-of.ts';
import { reloadOnce } from '#components/site/reload-once.ts';
import { WriteToUs } from '#components/site/write-to-us.tsx';
import { Container } from '#components/ui/container.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Button } from '#components/ui/form/button.tsx';

/** Shown when the root layout fails to render, so it brings its own. */
export default function GlobalErrorPage({ error, retry }: { error: unknown; retry: () => void }) {
  useEffect(() => {
    reloadOnce(error);
  }, [error]);
  return (
    <html lang="en">
      <body>
        <title>Something went wrong · Once</title>
        <main>
          <Container>
            <EmptyState
              headingLevel="h1"
              title="The shop cannot be shown right now"
              actions={
                <>
                  <Button type="button" onClick={retry}>
                    Try again
                  </Button>
                  {/* A full page load: a client-side navigation would keep the broken layout. */}
                  <a
                    href="/orders"
                    className="inline-flex min-h-11 items-center px-2 font-semibold text-accent underline underline-offset-4"
                  >
                    Your orders
                  </a>
                </>
              }
            >
              <p>
                Something went wrong on our side. Your cart is safe. If you were placing an order, trying
                again cannot double it: one checkout makes one order.
              </p>
              <WriteToUs code={digestOf(error)} />
            </EmptyState>
          </Container>
        </main>
      </body>
    </html>
  );
}
