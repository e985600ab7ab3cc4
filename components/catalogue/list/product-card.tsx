import { ProductPicture } from '#components/catalogue/product-picture.tsx';
import { offerOf, stockState, stockText } from '#components/catalogue/stock.ts';
import { Badge } from '#components/ui/badge.tsx';
import { Price } from '#components/ui/price.tsx';
import type { ProductSummary } from '#lib/catalogue/schema.ts';

/** A product in a list. The whole card is its link; the title is the link's name. */
export function ProductCard({
  product,
  headingLevel: Heading = 'h3',
  eager,
}: {
  product: ProductSummary;
  headingLevel?: 'h2' | 'h3' | undefined;
  /** Whether its picture is on the first screen. */
  eager?: boolean;
}) {
  const offer = offerOf(product.variants);
  const [first] = product.variants;
  const left = product.variants.reduce((sum, variant) => sum + variant.available, 0);
  return (
    <article className="group relative">
      <div className="relative">
        <ProductPicture
          image={product.image}
          alt=""
          eager={eager}
          className="ring-accent ring-inset transition-shadow after:pointer-events-none after:absolute after:inset-0 after:rounded-lg after:ring-accent after:ring-inset after:transition-shadow group-hover:after:ring-3"
        />
        {stockState(left) === 'in' ? null : (
          <Badge tone={left > 0 ? 'caution' : 'neutral'} className="absolute bottom-3 left-3">
            {stockText(left)}
          </Badge>
        )}
      </div>
      <Heading className="mt-3 text-base tracking-normal sm:text-lg">
        <a
          href={`/product/${product.slug}`}
          className="outline-none after:absolute after:inset-0 after:rounded-lg focus-visible:after:outline-3 focus-visible:after:outline-accent focus-visible:after:outline-offset-2"
        >
          {product.title}
        </a>
      </Heading>
      {offer && first ? (
        <p className="mt-0.5 text-muted">
          <Price {...offer} currency={first.currency} />
        </p>
      ) : null}
    </article>
  );
}
