'use client';

import { createContext, type ReactNode, use, useEffect, useEffectEvent, useState } from 'react';
import { offerOf } from '#components/catalogue/stock.ts';
import { Price } from '#components/ui/price.tsx';
import type { Variant } from '#lib/catalogue/schema.ts';

interface Live {
  variants: Variant[];
  /** Asks for the current stock. */
  look: () => void;
}

const LiveContext = createContext<Live | undefined>(undefined);

export function useLiveVariants(): Live {
  const live = use(LiveContext);
  if (!live) throw new Error('useLiveVariants is used outside LiveVariants');
  return live;
}

const timeoutMs = 8_000;

/**
 * A product's current variants. The page around them is cached and may be older than the last sale. So
 * the stock is fetched when the page opens and when it becomes visible again.
 */
export function LiveVariants({
  slug,
  variants: drawn,
  children,
}: {
  slug: string;
  variants: Variant[];
  children: ReactNode;
}) {
  const [variants, setVariants] = useState(drawn);
  const look = useEffectEvent(async () => {
    const current = await fetchVariants(slug);
    if (current) setVariants(current);
  });
  // Event handlers below call it, and they can't call an effect event.
  const [asked, setAsked] = useState(0);

  useEffect(() => {
    look();
  }, [slug, asked]);

  useEffect(() => {
    const onSeen = () => document.visibilityState === 'visible' && look();
    const onPageShow = (event: PageTransitionEvent) => event.persisted && look();
    document.addEventListener('visibilitychange', onSeen);
    window.addEventListener('pageshow', onPageShow);
    return () => {
      document.removeEventListener('visibilitychange', onSeen);
      window.removeEventListener('pageshow', onPageShow);
    };
  }, []);

  return (
    <LiveContext value={{ variants, look: () => setAsked((times) => times + 1) }}>{children}</LiveContext>
  );
}

/** The product's price among the variants in stock. */
export function LivePrice({ className }: { className?: string }) {
  const { variants } = useLiveVariants();
  const offer = offerOf(variants);
  if (!offer || !variants[0]) return null;
  return (
    <p className={className}>
      <Price {...offer} currency={variants[0].currency} />
    </p>
  );
}

/** Undefined when no answer arrived; nothing in stock when the shop no longer has the product. */
async function fetchVariants(slug: string): Promise<Variant[] | undefined> {
  try {
    const response = await fetch(`/stock/${encodeURIComponent(slug)}`, {
      cache: 'no-store',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status === 404) return [];
    return response.ok ? ((await response.json()) as { variants: Variant[] }).variants : undefined;
  } catch {
    return undefined;
  }
}
