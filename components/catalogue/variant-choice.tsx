'use client';

import { useState } from 'react';
import { StockNote } from '#components/catalogue/stock-note.tsx';
import { RadioCard, RadioCards } from '#components/ui/form/radio-card.tsx';
import { Price } from '#components/ui/price.tsx';
import type { Variant } from '#lib/catalogue/schema.ts';

/** Radio buttons for several variants, a hidden field for a single one. */
export function VariantChoice({ variants }: { variants: Variant[] }) {
  const [chosen, setChosen] = useState<string>();
  const [only] = variants;
  if (only && variants.length === 1) {
    return (
      <p>
        <input type="hidden" name="sku" value={only.sku} />
        <StockNote available={only.available} />
      </p>
    );
  }
  // A sold-out choice is not replaced automatically: the shopper chooses again.
  const sku = chosen ?? variants.find(({ available }) => available > 0)?.sku;
  return (
    <RadioCards legend="Choose one">
      {variants.map((variant) => (
        <RadioCard
          key={variant.sku}
          name="sku"
          value={variant.sku}
          checked={variant.sku === sku && variant.available > 0}
          onChange={() => setChosen(variant.sku)}
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
