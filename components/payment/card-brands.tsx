import type { CardEntry } from '#components/payment/card-entry.ts';
import { type CardBrand, testCards } from '#components/payment/test-cards.ts';

/** What the provider accepts in every country where it can be used: docs.stripe.com/payments/cards. */
const brandsOfElement: readonly CardBrand[] = ['visa', 'mastercard', 'amex'];

/** The accepted brands as wordmarks, which grow with the text. Only text of a label may contain them. */
export function CardBrands({ entry }: { entry: CardEntry }) {
  const brands = entry.kind === 'element' ? brandsOfElement : testCards.map(({ brand }) => brand);
  return (
    <span className="mt-1.5 mb-0.5 flex flex-wrap gap-1">
      {[...new Set(brands)].map((brand) => (
        <Wordmark key={brand} {...wordmarks[brand]} />
      ))}
    </span>
  );
}

interface Look {
  name: string;
  text: string;
  /** In units of the drawing, which is 24 high. */
  width: number;
  slant?: number;
}

const wordmarks: Record<CardBrand, Look> = {
  visa: { name: 'Visa', text: 'VISA', width: 42, slant: -12 },
  mastercard: { name: 'Mastercard', text: 'mastercard', width: 72 },
  amex: { name: 'Amex', text: 'AMEX', width: 44 },
};

function Wordmark({ name, text, width, slant = 0 }: Look) {
  const middle = width / 2;
  return (
    <svg
      viewBox={`0 0 ${width} 24`}
      role="img"
      aria-label={name}
      className="h-[1.7em] w-auto rounded-sm border border-line bg-paper text-ink"
    >
      <text
        x={middle}
        y="16.5"
        transform={`translate(${middle} 16.5) skewX(${slant}) translate(${-middle} -16.5)`}
        textAnchor="middle"
        textLength={width - 10}
        lengthAdjust="spacingAndGlyphs"
        fontSize="13"
        fontWeight="700"
        fill="currentColor"
      >
        {text}
      </text>
    </svg>
  );
}
