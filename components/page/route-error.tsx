'use client';

import { useEffect } from 'react';
import { digestOf } from '#components/page/digest-of.ts';
import { PageError } from '#components/page/page-error.tsx';
import { reloadOnce } from '#components/site/reload-once.ts';

/** Next's error page inside a layout. */
export function RouteError({ error, retry }: { error: unknown; retry: () => void }) {
  useEffect(() => {
    reloadOnce(error);
  }, [error]);
  return <PageError onRetry={retry} code={digestOf(error)} />;
}
