'use client';

import { useCallback, useRef, useState } from 'react';
import { fetchView } from '#components/page/fetch-view.ts';

/**
 * The view of this page, and a function that reads it again from the server. That resolves when the page shows
 * the new view, or when it could not be read: then the page stays as it is.
 */
export function useView<View>(first: View): { view: View; refresh: () => Promise<void> } {
  const [view, setView] = useState(first);
  const asked = useRef(0);
  const shown = useRef(0);
  const refresh = useCallback(async () => {
    asked.current += 1;
    const mine = asked.current;
    const next = await fetchView<View>();
    // Never replaces a newer view, whichever answer arrives last.
    if (next === undefined || mine < shown.current) return;
    shown.current = mine;
    setView(next);
  }, []);
  return { view, refresh };
}
