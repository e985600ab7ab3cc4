'use client';

import { type ComponentType, useEffect, useRef } from 'react';
import { holeAttribute } from '#components/page/page-parts.ts';
import { startPage } from '#components/page/start-page.tsx';

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
  useEffect(() => (hole.current ? startPage(Page, hole.current) : undefined), [Page]);
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
