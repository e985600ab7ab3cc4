'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useEffectEvent } from 'react';
import { orderMark } from '#components/orders/order-mark.ts';
import type { OrderView } from '#lib/orders/schema.ts';

/** Soon after it was placed an order changes within seconds, later within hours. */
const calm = { firstPauseMs: 5_000, maxPauseMs: 30_000 };

/** A payment under way is settled within seconds, and its owner waits for it. */
const eager = { firstPauseMs: 1_000, maxPauseMs: 10_000 };
const growth = 1.5;

/**
 * Looks after an order while its page is being looked at, and has the page drawn again when the
 * order has changed. A hidden page asks nothing and catches up when it is seen again.
 */
export function OrderWatch({
  id,
  mark,
  unsettled,
}: {
  id: string;
  /** What the page shows, by `orderMark`. */
  mark: string;
  /** A payment is under way. */
  unsettled: boolean;
}) {
  const router = useRouter();

  const look = useEffectEvent(async (signal: AbortSignal) => {
    const current = await fetchMark(id, signal);
    if (current === undefined || current === mark || signal.aborted) return false;
    router.refresh();
    return true;
  });

  const { firstPauseMs, maxPauseMs } = unsettled ? eager : calm;
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let pauseMs = firstPauseMs;

    const wait = () => {
      clearTimeout(timer);
      if (document.hidden || stop.signal.aborted) return;
      timer = setTimeout(lookAndWait, pauseMs);
      pauseMs = Math.min(pauseMs * growth, maxPauseMs);
    };
    const lookAndWait = async () => {
      if (await look(stop.signal)) pauseMs = firstPauseMs;
      wait();
    };
    const onVisibility = () => {
      pauseMs = firstPauseMs;
      if (document.hidden) clearTimeout(timer);
      else lookAndWait();
    };

    wait();
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [firstPauseMs, maxPauseMs]);

  return null;
}

/** Undefined when the order could not be asked after: the next look may find it. */
async function fetchMark(id: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await fetch(`/api/orders/${id}`, {
      cache: 'no-store',
      signal: AbortSignal.any([signal, AbortSignal.timeout(8_000)]),
    });
    return response.ok ? orderMark((await response.json()) as OrderView) : undefined;
  } catch {
    return undefined;
  }
}
