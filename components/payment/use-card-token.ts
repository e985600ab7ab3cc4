'use client';

import { useRef, useState } from 'react';
import type { CardAnswer, CardElementHandle } from '#components/payment/card-element.tsx';

/**
 * The token of the card, for whoever sends a form. A test card's is a field of the form already; the
 * provider's form is asked for one, and from the press of the button until its answer the page is
 * locked, because the press has been heard.
 */
export function useCardToken() {
  const element = useRef<CardElementHandle>(null);
  const asking = useRef(false);
  const [waiting, setWaiting] = useState(false);

  /** The provider's form has to be asked; undefined where there is none. */
  async function ask(): Promise<CardAnswer | undefined> {
    if (!element.current) return undefined;
    asking.current = true;
    setWaiting(true);
    const answer = await element.current.token();
    asking.current = false;
    setWaiting(false);
    return answer;
  }

  return {
    element,
    ask,
    waiting,
    /** Whether the provider is being asked at this very moment: what is rendered may lag behind. */
    isAsking: () => asking.current,
    /** Whether a card comes from the provider's form. */
    isNeeded: () => element.current !== null,
  };
}
