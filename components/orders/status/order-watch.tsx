'use client';

import { useEffect, useEffectEvent } from 'react';
import { orderMark } from '#components/orders/status/order-mark.ts';
import type { OrderView } from '#lib/orders/schema.ts';

/** An order changes within seconds soon after it was placed, and within hours later. */
const calm = { firstPauseMs: 5_000, maxPauseMs: 30_000 };

/** A pending payment gets its outcome within seconds, and its owner waits for it. */
const eager = { firstPauseMs: 1_000, maxPauseMs: 10_000 };
const growth = 1.5;

/**
 * Polls an order while its page is visible, and reads the page's view again when the order has changed. A
 * hidden page does not poll; it polls again when it becomes visible.
 */
export function OrderWatch({
  id,
  mark,
  unsettled,
  refresh,
}: {
  id: string;
  /** The mark of the order that the page shows, by `orderMark`. */
  mark: string;
  /** A payment is pending. */
  unsettled: boolean;
  /** Reads the page's view again from the server. */
  refresh: () => void;
}) {
  const look = useEffectEvent(async (signal: AbortSignal) => {
    const current = await fetchMark(id, signal);
    if (current === undefined || current === mark || signal.aborted) return false;
    refresh();
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

/** Undefined when the request failed: the next poll may succeed. */
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
