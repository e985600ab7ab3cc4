import { type CartLineView, type CartView, type LineEdit, subtotalOf } from '#components/cart/cart-state.ts';
import type { EditResult } from '#components/cart/editor/use-cart-edits.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/form/button.tsx';
import { formatMoney } from '#lib/platform/money.ts';

/**
 * The outcome of the last edit. A new quantity is visible in its line, so only a screen reader hears it
 * here. A removal shows an undo button. A refusal without a line is shown here too.
 */
export function EditNews({
  result,
  before,
  cart,
  onUndo,
}: {
  result: EditResult | undefined;
  before: CartLineView | undefined;
  cart: CartView;
  onUndo: (edit: LineEdit) => void;
}) {
  const { edit, problem } = result ?? {};
  const line = cart.lines.find(({ sku }) => sku === edit?.sku);
  const edited = before && before.sku === edit?.sku ? before : undefined;
  // Shown after the server has removed the line, not while the request is pending.
  const removed = edited && edit?.quantity === 0 && !line && !problem;
  return (
    <>
      <div role="status">
        {removed ? (
          <div className="mb-6 flex flex-wrap items-center justify-between gap-x-6 rounded-md bg-well px-4 py-1">
            <p className="py-2">
              <span className="font-medium">{edited.title}</span> is out of your cart.
            </p>
            <Button
              type="button"
              variant="quiet"
              size="inline"
              onClick={() => onUndo({ sku: edited.sku, quantity: edited.quantity })}
            >
              Put it back
            </Button>
          </div>
        ) : null}
        {line && !problem ? (
          <p className="sr-only">
            {line.title}: quantity {line.quantity}. Subtotal {formatMoney(subtotalOf(cart), cart.currency)}.
          </p>
        ) : null}
      </div>
      {problem && !line ? <Alert tone="bad" role="alert" className="mb-6" title={problem} /> : null}
    </>
  );
}
