'use client';

import { Component, type ReactNode } from 'react';
import { PageError } from '#components/page/page-error.tsx';
import { reloadOnceAnyway } from '#components/site/reload-once.ts';

/**
 * Shows an error instead of an empty page. Next's own error page is outside: a filled page has a React root of
 * its own. The page is loaded again first, because the most likely reason is a view of a newer build.
 */
export class PageBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidCatch() {
    reloadOnceAnyway();
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return <PageError onRetry={() => window.location.reload()} />;
  }
}
