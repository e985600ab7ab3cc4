'use client';

import { ShoppingBag } from 'lucide-react';
import { useEffect, useState } from 'react';
import { onCartCount } from '#components/cart/cart-events.ts';
import { SiteLink } from '#components/ui/site-link.tsx';
import { cartMarkerCookie } from '#lib/cart/marker.ts';
import type { Cart } from '#lib/cart/schema.ts';

/**
 * The header's way to the cart. The page around it is the same for everyone and cached, so the
 * number is asked for in the browser, and only where a cart was begun; without JavaScript the
 * link does without it.
 */
export function CartLink() {
  const [count, setCount] = useState(0);

  useEffect(() => {
    const request = new AbortController();
    const refresh = () => {
      if (!document.cookie.includes(`${cartMarkerCookie}=`)) return;
      fetchCount(request.signal).then(setCount, () => {
        // The number is a convenience: when it can't be had the link still works.
      });
    };
    // A page that comes back from the browser's memory shows the number of then.
    const onPageShow = (event: PageTransitionEvent) => event.persisted && refresh();
    refresh();
    window.addEventListener('pageshow', onPageShow);
    const stopListening = onCartCount(setCount);
    return () => {
      request.abort();
      window.removeEventListener('pageshow', onPageShow);
      stopListening();
    };
  }, []);

  return (
    <SiteLink
      href="/cart"
      prefetch={false}
      className="-mr-2 inline-flex min-h-11 items-center gap-2 rounded-md px-2 font-medium hover:text-accent"
    >
      <ShoppingBag aria-hidden className="size-5" />
      <span className="max-sm:sr-only">Cart</span>
      {count > 0 ? (
        <span className="figures grid h-6 min-w-6 place-items-center rounded-full bg-accent px-1.5 text-sm font-semibold text-on-accent">
          {count}
          <span className="sr-only"> {count === 1 ? 'thing' : 'things'} in it</span>
        </span>
      ) : null}
    </SiteLink>
  );
}

async function fetchCount(signal: AbortSignal): Promise<number> {
  const response = await fetch('/api/cart', { signal });
  if (!response.ok) throw new Error(`The cart answered ${response.status}`);
  const cart = (await response.json()) as Cart;
  return cart.lines.reduce((sum, line) => sum + line.quantity, 0);
}
