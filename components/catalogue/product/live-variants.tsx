'use client';

import { createContext, type ReactNode, use, useEffect, useEffectEvent, useState } from 'react';
import { offerOf } from '#components/catalogue/stock.ts';
import { Price } from '#components/ui/price.tsx';
import type { Variant } from '#lib/catalogue/schema.ts';

interface Live {
  variants: Variant[];
  /** The variant that the form will add; undefined while none is chosen that can be ordered. */
  chosen: Variant | undefined;
  choose: (sku: string) => void;
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
  const ask = useEffectEvent(async () => {
    const current = await fetchVariants(slug);
    if (current) setVariants(current);
  });
  // Event handlers below call it, and they can't call an effect event.
  const [asked, setAsked] = useState(0);

  useEffect(() => {
    ask();
  }, [slug, asked]);

  useEffect(() => {
    const onSeen = () => document.visibilityState === 'visible' && ask();
    const onPageShow = (event: PageTransitionEvent) => event.persisted && ask();
    document.addEventListener('visibilitychange', onSeen);
    window.addEventListener('pageshow', onPageShow);
    return () => {
      document.removeEventListener('visibilitychange', onSeen);
      window.removeEventListener('pageshow', onPageShow);
    };
  }, []);

  const [sku, choose] = useState(() => drawn.find(isInStock)?.sku);
  // A sold-out choice is not replaced automatically: the shopper chooses again.
  const chosen = variants.find((variant) => variant.sku === sku && isInStock(variant));
  const look = () => setAsked((times) => times + 1);
  return <LiveContext value={{ variants, chosen, choose, look }}>{children}</LiveContext>;
}

const isInStock = ({ available }: Variant) => available > 0;

/**
 * The price of the chosen variant; without a choice, the lowest one. Without JavaScript it can follow no choice, so
 * there it is the lowest one, too, and the choices show their own.
 */
export function LivePrice({ className }: { className?: string }) {
  const { variants, chosen } = useLiveVariants();
  const offer = offerOf(variants);
  const [first] = variants;
  if (!offer || !first) return null;
  const { currency } = first;
  return (
    <p className={className}>
      {chosen && offer.from ? (
        <>
          <Price minor={chosen.priceMinor} currency={currency} className="noscript:hidden" />
          <Price {...offer} currency={currency} className="hidden noscript:inline" />
        </>
      ) : (
        <Price {...offer} currency={currency} />
      )}
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
