'use client';

import { useEffect } from 'react';
import { PageError } from '#components/page/page-error.tsx';
import { reloadOnce } from '#components/site/reload-once.ts';

export default function ErrorPage({ error, retry }: { error: unknown; retry: () => void }) {
  useEffect(() => {
    reloadOnce(error);
  }, [error]);
  const digest = error instanceof Error && 'digest' in error ? String(error.digest) : undefined;
  return <PageError onRetry={retry} code={digest} />;
}
