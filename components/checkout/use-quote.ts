'use client';

import { useCallback, useRef, useState } from 'react';
import type { CheckoutQuote } from '#lib/pricing/schema.ts';

/** The choices that the total depends on, besides the cart. */
export interface Selection {
  shippingMethod: string;
  country: string;
}

export type QuoteAnswer = { kind: 'quote'; quote: CheckoutQuote } | { kind: 'empty' } | { kind: 'failed' };

const timeoutMs = 8_000;

/** Fetches the current quote of the open cart. Never throws; an abort counts as failed. */
async function fetchQuote(selection: Selection, signal?: AbortSignal): Promise<QuoteAnswer> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(`/api/checkout?${new URLSearchParams({ ...selection })}`, {
      cache: 'no-store',
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
    const body = await response.json();
    if (response.ok) return { kind: 'quote', quote: body as CheckoutQuote };
    return { kind: body?.code === 'cart_empty' ? 'empty' : 'failed' };
  } catch {
    return { kind: 'failed' };
  }
}

/**
 * The quote that the page shows: the server's, until the shopper makes a choice that changes it. The
 * last choice wins, whichever answer arrives last.
 */
export function useQuote(fromServer: CheckoutQuote, choiceOfServer: Selection) {
  const [seen, setSeen] = useState(fromServer);
  const [quote, setQuote] = useState(fromServer);
  const [choice, setChoice] = useState(choiceOfServer);
  const [state, setState] = useState<'current' | 'loading' | 'failed'>('current');
  const running = useRef<AbortController>(undefined);

  // A page that the server rendered again brings a newer quote, if it is for the same choice.
  if (seen !== fromServer) {
    setSeen(fromServer);
    if (sameChoice(choice, choiceOfServer)) setQuote(fromServer);
  }

  const adopt = useCallback((newer: CheckoutQuote) => {
    running.current?.abort();
    setQuote(newer);
    setState('current');
  }, []);

  const requote = useCallback(async (chosen: Selection): Promise<QuoteAnswer | undefined> => {
    running.current?.abort();
    const mine = new AbortController();
    running.current = mine;
    setChoice(chosen);
    setState('loading');
    const answer = await fetchQuote(chosen, mine.signal);
    if (mine.signal.aborted) return undefined;
    if (answer.kind === 'quote') setQuote(answer.quote);
    setState(answer.kind === 'failed' ? 'failed' : 'current');
    return answer;
  }, []);

  return { quote, choice, state, adopt, requote };
}

export function sameChoice(a: Selection, b: Selection): boolean {
  return a.shippingMethod === b.shippingMethod && a.country === b.country;
}
