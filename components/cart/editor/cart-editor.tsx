'use client';

import { type ReactNode, useRef, useState } from 'react';
import type { CartLineView, CartView, LineEdit } from '#components/cart/cart-state.ts';
import { CartLineItem } from '#components/cart/editor/cart-line-item.tsx';
import { CartSummary } from '#components/cart/editor/cart-summary.tsx';
import { useCartEdits } from '#components/cart/editor/use-cart-edits.ts';
import { EditNews } from '#components/cart/notices/edit-news.tsx';
import { RemovedNotice } from '#components/cart/notices/removed-notice.tsx';
import { PageTitle } from '#components/ui/page-title.tsx';
import type { DeliveryFacts } from '#lib/pricing/delivery-facts.ts';

interface CartEditorProps {
  cart: CartView;
  maxQuantity: number;
  delivery: DeliveryFacts;
  /** Reads the page's view again from the server. */
  refresh: () => void;
  /** What a form did that the browser posted itself; shown below the title. */
  outcome: ReactNode;
  emptyTitle: string;
  whenEmpty: ReactNode;
}

/**
 * The cart's lines and their subtotal. An edit shows immediately and is undone when the server refuses
 * it. Without JavaScript the same forms are posted, and the page returns with the answer.
 */
export function CartEditor({
  cart: drawn,
  maxQuantity,
  delivery,
  refresh,
  outcome,
  emptyTitle,
  whenEmpty,
}: CartEditorProps) {
  const { cart, shown, result, removed, edit: send } = useCartEdits(drawn, refresh);
  // The last edited line before its edit: the news names it, and undo restores it.
  const [before, setBefore] = useState<CartLineView>();
  const editor = useRef<HTMLDivElement>(null);

  function edit(change: LineEdit) {
    const line = shown.lines.find(({ sku }) => sku === change.sku);
    if (line) setBefore(line);
    // The pressed button disappears with its line, so the focus moves to the cart.
    if (change.quantity === 0) editor.current?.focus();
    send(change);
  }

  const problemOf = (line: CartLineView) => (result?.edit.sku === line.sku ? result.problem : undefined);
  return (
    <div ref={editor} tabIndex={-1} className="outline-none">
      <PageTitle>{shown.lines.length === 0 ? emptyTitle : 'Your cart'}</PageTitle>
      {outcome}
      <RemovedNotice removed={removed} className="mb-6" />
      <EditNews result={result} before={before} cart={shown} onUndo={edit} />
      {shown.lines.length === 0 ? (
        // Once the shop has removed the last line.
        cart.lines.length === 0 && whenEmpty
      ) : (
        <div className="grid gap-10 lg:grid-cols-[1fr_22rem] lg:items-start lg:gap-14">
          <ul className="border-t border-line">
            {shown.lines.map((line) => (
              <CartLineItem
                key={line.sku}
                line={line}
                currency={cart.currency}
                version={cart.version}
                maxQuantity={maxQuantity}
                problem={problemOf(line)}
                onEdit={edit}
              />
            ))}
          </ul>
          <CartSummary cart={shown} delivery={delivery} />
        </div>
      )}
    </div>
  );
}
