'use client';

import { useEffect, useId, useState, useTransition } from 'react';
import { announceCartCount } from '#components/cart/cart-events.ts';
import { useFormAction } from '#components/cart/use-form-action.ts';
import { StockNote } from '#components/catalogue/stock-note.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { Price } from '#components/ui/price.tsx';
import { QuantityStepper } from '#components/ui/quantity-stepper.tsx';
import { RadioCard, RadioCards } from '#components/ui/radio-card.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { Variant } from '#lib/catalogue/schema.ts';

/** What came of the last press of the button. */
export interface AddState {
  /** How often it was pressed: the same news twice is news. */
  times: number;
  /** The line as it is in the cart now. */
  added?: { title: string; quantity: number } | undefined;
  cartCount?: number;
  /** Why nothing was added. */
  problem?: string;
}

interface AddToCartFormProps {
  title: string;
  variants: Variant[];
  maxQuantity: number;
  action: (before: AddState, form: FormData) => Promise<AddState>;
}

/**
 * Variant, quantity, button. A real form: without JavaScript it is posted, and the shopper goes
 * on in the cart; with it they stay here and are told.
 */
export function AddToCartForm({ title, variants, maxQuantity, action }: AddToCartFormProps) {
  const { state, formAction, send } = useFormAction(action, { times: 0 }, unknown);
  const [adding, startAdding] = useTransition();
  const [sku, setSku] = useState((variants.find(({ available }) => available > 0) ?? variants[0])?.sku);
  const [quantity, setQuantity] = useState(1);
  const problemId = useId();

  useEffect(() => {
    if (state.cartCount !== undefined) announceCartCount(state.cartCount);
  }, [state]);

  return (
    <form
      action={formAction}
      className="grid gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        if (!adding) startAdding(() => send(form));
      }}
    >
      <VariantChoice variants={variants} sku={sku} onChoose={setSku} />
      <div className="flex gap-3">
        <QuantityStepper
          name="quantity"
          of={title}
          value={quantity}
          max={maxQuantity}
          onChange={setQuantity}
          describedBy={state.problem ? problemId : undefined}
          className="h-13"
        />
        <Button size="lg" className="flex-1" aria-disabled={adding || undefined}>
          {adding ? 'Adding…' : 'Add to cart'}
        </Button>
      </div>
      <div role="status">
        {state.added && !adding ? (
          <Alert
            key={state.times}
            tone="good"
            title={`In your cart: ${state.added.quantity} of ${state.added.title}`}
          >
            <TextLink href="/cart" prefetch={false} className="inline-flex min-h-11 items-center">
              See your cart
            </TextLink>
          </Alert>
        ) : null}
      </div>
      {state.problem && !adding ? (
        <Alert key={state.times} id={problemId} tone="bad" role="alert" title={state.problem} />
      ) : null}
    </form>
  );
}

// The call may have arrived and only its answer been lost, and adding twice is not adding once.
const unknown = (before: AddState): AddState => ({
  times: before.times + 1,
  problem:
    'The connection was lost, so we cannot tell whether it was added. Look in your cart before you try again.',
});

/** Radios where there is a choice, a hidden field where there is none. */
function VariantChoice({
  variants,
  sku,
  onChoose,
}: {
  variants: Variant[];
  sku: string | undefined;
  onChoose: (sku: string) => void;
}) {
  const [only] = variants;
  if (only && variants.length === 1) {
    return (
      <p>
        <input type="hidden" name="sku" value={only.sku} />
        <StockNote available={only.available} />
      </p>
    );
  }
  return (
    <RadioCards legend="Choose one">
      {variants.map((variant) => (
        <RadioCard
          key={variant.sku}
          name="sku"
          value={variant.sku}
          checked={variant.sku === sku}
          onChange={() => onChoose(variant.sku)}
          disabled={variant.available <= 0}
          required
          title={variant.title}
          note={<StockNote available={variant.available} />}
          aside={<Price minor={variant.priceMinor} currency={variant.currency} />}
        />
      ))}
    </RadioCards>
  );
}
