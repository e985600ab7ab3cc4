'use client';

import { useLiveVariants } from '#components/catalogue/product/live-variants.tsx';
import { StockNote } from '#components/catalogue/product/stock-note.tsx';
import { stockState } from '#components/catalogue/stock.ts';
import { Price } from '#components/ui/price.tsx';

interface VariantChoiceProps {
  /** In what the variants differ: "Colour". */
  name: string;
  /** The colours of variants, by SKU. */
  swatches: Record<string, string>;
}

/** Chips for several variants, a hidden field for a single one. */
export function VariantChoice({ name, swatches }: VariantChoiceProps) {
  const { variants, chosen, choose } = useLiveVariants();
  const [only] = variants;
  if (only && variants.length === 1) {
    return (
      <p>
        <input type="hidden" name="sku" value={only.sku} />
        <StockNote available={only.available} />
      </p>
    );
  }
  const pricesDiffer = variants.some(({ priceMinor }) => priceMinor !== only?.priceMinor);
  return (
    <fieldset className="min-w-0">
      <legend className="mb-2 font-medium">{name || 'Choose one'}</legend>
      <div className="flex flex-wrap gap-2">
        {variants.map(({ sku, title, available, priceMinor, currency }) => (
          <label
            key={sku}
            className="group relative inline-flex min-h-11 items-center gap-2.5 rounded-md border border-edge bg-raised px-3.5 py-1.5 transition-colors hover:border-accent has-checked:border-accent has-checked:bg-accent-soft has-checked:ring-1 has-checked:ring-accent has-focus-visible:outline-3 has-focus-visible:outline-accent has-focus-visible:outline-offset-2 has-disabled:border-dashed has-disabled:border-edge has-disabled:bg-transparent"
          >
            <input
              type="radio"
              name="sku"
              value={sku}
              checked={sku === chosen?.sku}
              onChange={() => choose(sku)}
              disabled={available <= 0}
              required
              className="absolute inset-0 appearance-none outline-none"
            />
            {swatches[sku] ? (
              <span
                aria-hidden
                style={{ backgroundColor: swatches[sku] }}
                className="size-6 shrink-0 rounded-full border border-edge group-has-disabled:opacity-50"
              />
            ) : null}
            <span>
              <span className="block font-medium group-has-disabled:text-muted group-has-disabled:line-through">
                {title}
              </span>
              {stockState(available) !== 'in' ? (
                <StockNote available={available} className="block text-sm" />
              ) : null}
            </span>
            {pricesDiffer ? <Price minor={priceMinor} currency={currency} className="text-muted" /> : null}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
