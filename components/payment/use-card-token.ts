'use client';

import { useRef, useState } from 'react';
import type { CardAnswer, CardElementHandle } from '#components/payment/card-element.tsx';

/**
 * Gets the card's token for a form. A test card's token is already a field of the form. Otherwise the
 * provider's form creates one. The page is locked from the press of the button until its answer.
 */
export function useCardToken() {
  const element = useRef<CardElementHandle>(null);
  const asking = useRef(false);
  const [waiting, setWaiting] = useState(false);

  /** Asks the provider's form; undefined if there is none. */
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
    /** Whether the provider is being asked right now. The rendered state may lag behind. */
    isAsking: () => asking.current,
    /** Whether a card comes from the provider's form. */
    isNeeded: () => element.current !== null,
  };
}
