'use client';

import { type ComponentType, useEffect, useRef } from 'react';
import { createRoot, hydrateRoot, type Root } from 'react-dom/client';
import { fetchView } from '#components/page/fetch-view.ts';
import { PageBoundary } from '#components/page/page-boundary.tsx';
import { PageError } from '#components/page/page-error.tsx';
import { contentAttribute, holeAttribute, viewId } from '#components/page/page-parts.ts';

/**
 * A shopper's own page: a component of one view, which is plain data. With a view, Next renders it. Without
 * one, Next renders a frame, the part of the page that is the same for all shoppers. The Node host fills the
 * frame with the component's HTML and the view (host/pages/personal-pages.ts), for a twentieth of Next's cost.
 */
export function makePage<View>(Page: ComponentType<{ view: View }>) {
  return function PageOrFrame({ view }: { view: View | undefined }) {
    return view === undefined ? <Filled Page={Page} /> : <Page view={view} />;
  };
}

/** The hole of a frame. Next's React doesn't know what the host has put into it; a root of its own does. */
function Filled<View>({ Page }: { Page: ComponentType<{ view: View }> }) {
  const hole = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let root: Root | undefined;
    let isGone = false;
    const draw = (view: View) => (
      <PageBoundary>
        <Page view={view} />
      </PageBoundary>
    );
    const content = hole.current?.querySelector(`[${contentAttribute}]`);
    const text = hole.current?.querySelector(`#${viewId}`)?.textContent;
    if (content && text) {
      root = hydrateRoot(content, draw(JSON.parse(text)));
    } else {
      // Other software has edited the page before the script came, and Next's React has rendered all of it
      // again, with an empty hole.
      void fetchView<View>().then((view) => {
        if (isGone || !hole.current) return;
        root = createRoot(hole.current);
        const again = () => window.location.reload();
        root.render(view === undefined ? <PageError onRetry={again} /> : draw(view));
      });
    }
    return () => {
      isGone = true;
      root?.unmount();
    };
  }, [Page]);
  return (
    <div
      ref={hole}
      {...{ [holeAttribute]: '' }}
      suppressHydrationWarning
      // React leaves the content of such an element as it is.
      dangerouslySetInnerHTML={{ __html: '' }}
    />
  );
}
