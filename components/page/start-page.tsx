import type { ComponentType } from 'react';
import { createRoot, hydrateRoot, type Root } from 'react-dom/client';
import { fetchView } from '#components/page/fetch-view.ts';
import { PageBoundary } from '#components/page/page-boundary.tsx';
import { PageError } from '#components/page/page-error.tsx';
import { contentAttribute, viewId } from '#components/page/page-parts.ts';

/**
 * Starts a page in the browser whose HTML and view the Node host has put into `hole`: a React root of its own,
 * with that view. Returns a function that ends it.
 */
export function startPage<View>(Page: ComponentType<{ view: View }>, hole: Element): () => void {
  let root: Root | undefined;
  let isGone = false;
  const draw = (view: View) => (
    <PageBoundary>
      <Page view={view} />
    </PageBoundary>
  );
  const content = hole.querySelector(`[${contentAttribute}]`);
  const text = hole.querySelector(`#${viewId}`)?.textContent;
  if (content && text) {
    root = hydrateRoot(content, draw(JSON.parse(text)));
  } else {
    // Other software has edited the page before the script came, and Next's React has rendered all of it
    // again, with an empty hole.
    void fetchView<View>().then((view) => {
      if (isGone) return;
      root = createRoot(hole);
      const again = () => window.location.reload();
      root.render(view === undefined ? <PageError onRetry={again} /> : draw(view));
    });
  }
  return () => {
    isGone = true;
    root?.unmount();
  };
}
