'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useEffectEvent } from 'react';
import type { OrderView } from '#lib/orders/schema.ts';

/** Soon after it was placed an order changes within seconds, later within hours. */
const firstPauseMs = 5_000;
const maxPauseMs = 30_000;
const growth = 1.5;

/**
 * Looks after an order while its page is being looked at, and has the page drawn again when the
 * order has changed. A hidden page asks nothing and catches up when it is seen again.
 */
export function OrderWatch({ id, version }: { id: string; version: number }) {
  const router = useRouter();

  const look = useEffectEvent(async (signal: AbortSignal) => {
    const current = await fetchVersion(id, signal);
    if (current === undefined || current === version || signal.aborted) return false;
    router.refresh();
    return true;
  });

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
  }, []);

  return null;
}

/** Undefined when the order could not be asked after: the next look may find it. */
async function fetchVersion(id: string, signal: AbortSignal): Promise<number | undefined> {
  try {
    const response = await fetch(`/api/orders/${id}`, {
      cache: 'no-store',
      signal: AbortSignal.any([signal, AbortSignal.timeout(8_000)]),
    });
    return response.ok ? ((await response.json()) as OrderView).version : undefined;
  } catch {
    return undefined;
  }
}
