'use client';

import { usePathname } from 'next/navigation';
import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from 'react';
import {
  announceCartState,
  onCartCount,
  onCartState,
  onEditElsewhere,
} from '#components/cart/cart-events.ts';
import { fetchCartState } from '#components/cart/fetch-cart-state.ts';
import { hasCartCookie } from '#components/site/cookies.ts';

/**
 * The header's link to the cart. The page around it is cached and the same for all shoppers. So the
 * browser asks for the count, and only if the shopper has a cart. Without JavaScript the link shows no
 * count. The link asks again whenever the cart may have changed: when another tab says so, when this
 * tab becomes visible again, and on every page.
 */
export function CartLink({ icon }: { icon: ReactNode }) {
  const path = usePathname();
  const [count, setCount] = useState(0);
  const asking = useRef<AbortController>(undefined);

  const look = useEffectEvent(async () => {
    asking.current?.abort();
    if (!hasCartCookie() && !isPersonal(path)) return;
    const mine = new AbortController();
    asking.current = mine;
    const state = await fetchCartState(mine.signal);
    // The count is a convenience: without it, the link still works.
    if (state && !mine.signal.aborted) announceCartState(state);
  });

  useEffect(() => {
    // A pending answer is older than the announced count.
    const show = (shown: number) => {
      asking.current?.abort();
      setCount(shown);
    };
    const onSeen = () => document.visibilityState === 'visible' && look();
    // A page from the back/forward cache shows an old count.
    const onPageShow = (event: PageTransitionEvent) => event.persisted && look();
    window.addEventListener('pageshow', onPageShow);
    window.addEventListener('focus', onSeen);
    document.addEventListener('visibilitychange', onSeen);
    const stops = [onCartCount(show), onCartState((state) => show(state.count)), onEditElsewhere(look)];
    return () => {
      asking.current?.abort();
      window.removeEventListener('pageshow', onPageShow);
      window.removeEventListener('focus', onSeen);
      document.removeEventListener('visibilitychange', onSeen);
      for (const stop of stops) stop();
    };
  }, []);

  useEffect(() => {
    look();
  }, [path]);

  const items = `${count} ${count === 1 ? 'item' : 'items'} in it`;
  return (
    <a
      href="/cart"
      className="-mr-2 inline-flex min-h-11 items-center gap-2 rounded-md px-2 font-medium hover:text-accent"
    >
      {icon}
      <span className="max-sm:sr-only">Cart</span>
      {count > 0 ? (
        // A new number gets a new element, so that the browser's translation doesn't keep an old one.
        <span key={count} className="contents">
          <span
            aria-hidden
            translate="no"
            className="figures grid h-6 min-w-6 place-items-center rounded-full bg-accent px-1.5 text-sm font-semibold text-on-accent"
          >
            {count}
          </span>
          <span className="sr-only">{items}</span>
        </span>
      ) : null}
    </a>
  );
}

/** Pages of shoppers who have or had a cart, even one that an API client began. */
const isPersonal = (path: string) => /^\/(cart|checkout|orders)(\/|$)/.test(path);
