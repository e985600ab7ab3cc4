'use client';

import { type ReactNode, startTransition, useEffect, useOptimistic, useRef, useState } from 'react';
import { announceCartCount } from '#components/cart/cart-events.ts';
import { CartLineItem } from '#components/cart/cart-line-item.tsx';
import {
  type CartEditAction,
  type CartEditState,
  type CartLineView,
  type CartView,
  countOf,
  type LineEdit,
  withEdit,
} from '#components/cart/cart-state.ts';
import { CartSummary } from '#components/cart/cart-summary.tsx';
import { EditNews } from '#components/cart/edit-news.tsx';
import { useFormAction } from '#components/cart/use-form-action.ts';

interface CartEditorProps {
  cart: CartView;
  maxQuantity: number;
  action: CartEditAction;
  whenEmpty: ReactNode;
}

/**
 * The cart's lines and their sum. An edit shows at once and is taken back when the server refuses
 * it; without JavaScript the same forms are posted, and the page comes back with the answer.
 */
export function CartEditor({ cart, maxQuantity, action, whenEmpty }: CartEditorProps) {
  const { state, formAction, send } = useFormAction(action, { version: cart.version }, unreached);
  const [shown, showEdit] = useOptimistic(cart, withEdit);
  // The line that was edited last, as it was before: what is said of it, and what undo brings back.
  const [before, setBefore] = useState<CartLineView>();
  const editor = useRef<HTMLDivElement>(null);
  const count = countOf(shown);

  useEffect(() => announceCartCount(count), [count]);

  function edit(change: LineEdit) {
    const line = shown.lines.find(({ sku }) => sku === change.sku);
    if (line) setBefore(line);
    // The button that was pressed goes with its line; the keyboard goes on from the cart.
    if (change.quantity === 0) editor.current?.focus();
    startTransition(async () => {
      showEdit(change);
      await send(formOf(change, cart.version));
    });
  }

  const problemOf = (line: CartLineView) => (state.edit?.sku === line.sku ? state.problem : undefined);
  return (
    <div ref={editor} tabIndex={-1} className="outline-none">
      <EditNews state={state} before={before} cart={shown} onUndo={edit} />
      {shown.lines.length === 0 ? (
        whenEmpty
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
                action={formAction}
              />
            ))}
          </ul>
          <CartSummary cart={shown} />
        </div>
      )}
    </div>
  );
}

const unreached = ({ version }: CartEditState, form: FormData): CartEditState => ({
  version,
  edit: { sku: String(form.get('sku')), quantity: Number(form.get('quantity')) },
  problem:
    'We could not reach the shop, so this change may not be saved. Check your connection and try again.',
});

function formOf({ sku, quantity }: LineEdit, version: number): FormData {
  const form = new FormData();
  form.set('sku', sku);
  form.set('quantity', String(quantity));
  form.set('version', String(version));
  return form;
}
