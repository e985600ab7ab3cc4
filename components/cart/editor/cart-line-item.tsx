import type { ReactNode } from 'react';
import { type CartLineView, isShort, type LineEdit } from '#components/cart/cart-state.ts';
import { ProductPicture } from '#components/catalogue/product-picture.tsx';
import { Button } from '#components/ui/form/button.tsx';
import { QuantityStepper } from '#components/ui/form/quantity-stepper.tsx';
import { Price } from '#components/ui/price.tsx';

interface CartLineItemProps {
  line: CartLineView;
  currency: string;
  /** The cart version that this page was rendered from. */
  version: number;
  maxQuantity: number;
  problem: string | undefined;
  onEdit: (edit: LineEdit) => void;
}

/** One line: the item, its quantity, its price, and a button to remove it. */
export function CartLineItem(props: CartLineItemProps) {
  const { line, currency, maxQuantity, problem, onEdit } = props;
  const problemId = `problem-${line.sku}`;
  return (
    <li className="grid grid-cols-[5.5rem_1fr] gap-x-4 border-b border-line py-5 sm:grid-cols-[7rem_1fr] sm:gap-x-6">
      {line.image ? <ProductPicture image={line.image} alt="" eager className="rounded-md!" /> : <span />}
      <div className="flex min-w-0 flex-col">
        <div className="flex items-start justify-between gap-4">
          <h2 className="text-base tracking-normal sm:text-lg">
            {line.slug ? (
              <a href={`/product/${line.slug}`} className="hover:text-accent hover:underline">
                {line.title}
              </a>
            ) : (
              line.title
            )}
          </h2>
          <Price minor={line.lineTotalMinor} currency={currency} className="font-semibold" />
        </div>
        <p className="text-sm text-muted">
          <Price minor={line.unitPriceMinor} currency={currency} /> each
        </p>
        <div className="mt-auto flex flex-wrap items-center gap-x-4 gap-y-2 pt-3">
          <LineForm {...props}>
            <QuantityStepper
              name="quantity"
              of={line.title}
              value={line.quantity}
              max={maxQuantity}
              describedBy={problem ? problemId : undefined}
              onChange={(quantity) => onEdit({ sku: line.sku, quantity })}
            />
            <Button variant="secondary" className="hidden! noscript:inline-flex!">
              Update
            </Button>
          </LineForm>
          <LineForm {...props} quantity={0}>
            <Button variant="quiet" size="inline" aria-label={`Remove ${line.title}`}>
              Remove
            </Button>
          </LineForm>
        </div>
        {problem ? (
          <p id={problemId} role="alert" className="mt-2 font-medium text-bad">
            {problem}
          </p>
        ) : null}
        {isShort(line) ? <ShortOfStock {...props} /> : null}
      </div>
    </li>
  );
}

/** The cart holds more units than are in stock. Says so before the checkout has to refuse the order. */
function ShortOfStock(props: CartLineItemProps) {
  const { available } = props.line;
  return (
    <div className="mt-3 flex flex-wrap items-center gap-x-4 rounded-md bg-caution-soft px-3 py-1 text-caution">
      <p className="py-2 font-medium">
        {available > 0 ? `Only ${available} left` : 'Sold out. Remove it to order the rest'}
      </p>
      {available > 0 ? (
        <LineForm {...props} quantity={available}>
          <Button variant="quiet" size="inline" className="text-caution!">
            Change to {available}
          </Button>
        </LineForm>
      ) : null}
    </div>
  );
}

/** A form that sets this line's quantity: to the number typed in it, or to `quantity`. */
function LineForm({
  line,
  version,
  quantity,
  onEdit,
  children,
}: CartLineItemProps & { quantity?: number; children: ReactNode }) {
  return (
    <form
      method="post"
      action="/cart/lines"
      className="flex gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        const wanted = Number(new FormData(event.currentTarget).get('quantity'));
        if (wanted !== line.quantity) onEdit({ sku: line.sku, quantity: wanted });
      }}
    >
      <input type="hidden" name="sku" value={line.sku} />
      <input type="hidden" name="version" value={version} />
      {quantity === undefined ? null : <input type="hidden" name="quantity" value={quantity} />}
      {children}
    </form>
  );
}
