'use client';

import { startTransition, useEffect, useEffectEvent, useOptimistic, useRef, useState } from 'react';
import { announceCartCount, announceCartEdit, onCartState } from '#components/cart/cart-events.ts';
import { type CartView, countOf, type LineEdit, withEdit } from '#components/cart/cart-state.ts';
import { postCartForm } from '#components/cart/post-cart-form.ts';

/** The outcome of the last edit; undefined before the first one. */
export interface EditResult {
  edit: LineEdit;
  /** Why the edit was refused. */
  problem?: string | undefined;
}

const unreached =
  'We could not reach the shop, so this change may not be saved. Check your connection and try again.';

/**
 * The page's cart and its edits. Each edit shows immediately, is sent after the previous one, and is
 * undone when the server refuses it. `refresh` reads the page's view again.
 */
export function useCartEdits(drawn: CartView, refresh: () => void) {
  const [seen, setSeen] = useState(drawn);
  const [cart, setCart] = useState(drawn);
  const [shown, showEdit] = useOptimistic(cart, withEdit);
  const [result, setResult] = useState<EditResult>();
  const [removed, setRemoved] = useState(drawn.removed);
  const latest = useRef(drawn);
  const calls = useRef(Promise.resolve());
  const underWay = useRef(0);

  // The page has got a new view.
  if (seen !== drawn) {
    setSeen(drawn);
    setCart(drawn);
    setRemoved([...removed, ...drawn.removed]);
  }
  useEffect(() => {
    latest.current = drawn;
  }, [drawn]);

  const count = countOf(shown);
  useEffect(() => announceCartCount(count), [count]);

  // Edited in another tab, or restored from the back/forward cache: the page reads its view again.
  const compare = useEffectEvent(({ id, version }: { id: string; version: number }) => {
    const { current } = latest;
    if (underWay.current === 0 && (id !== current.id || version !== current.version)) refresh();
  });
  useEffect(() => onCartState(compare), []);

  async function send(edit: LineEdit): Promise<void> {
    const answer = await postCartForm<{ cart?: CartView; problem?: string }>('/cart/lines', {
      sku: edit.sku,
      quantity: String(edit.quantity),
      version: String(latest.current.version),
    });
    const after = answer && 'cart' in answer ? answer.cart : undefined;
    if (after) latest.current = after;
    startTransition(() => {
      if (after) {
        setCart(after);
        setRemoved((before) => [...before, ...after.removed]);
      }
      setResult({ edit, problem: answer ? answer.problem : unreached });
    });
    if (after) announceCartEdit({ id: after.id, version: after.version, count: countOf(after) });
  }

  function edit(change: LineEdit): void {
    underWay.current += 1;
    startTransition(async () => {
      showEdit(change);
      calls.current = calls.current.then(() => send(change));
      await calls.current;
      underWay.current -= 1;
    });
  }

  return { cart, shown, result, removed, edit };
}
