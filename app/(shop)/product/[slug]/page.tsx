import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { cache } from 'react';
import { productJsonLd } from '#app/(shop)/product/[slug]/product-json-ld.ts';
import { PageTags } from '#app/page-tags.tsx';
import { shareMetadata } from '#app/share-picture.ts';
import { siteFacts } from '#app/site.ts';
import { Breadcrumb } from '#components/catalogue/breadcrumb.tsx';
import { ProductGrid } from '#components/catalogue/list/product-grid.tsx';
import { AddToCartForm } from '#components/catalogue/product/add-to-cart-form.tsx';
import { BuyingFacts } from '#components/catalogue/product/buying-facts.tsx';
import { LivePrice, LiveVariants } from '#components/catalogue/product/live-variants.tsx';
import { type VariantPicture, VariantPictures } from '#components/catalogue/product/variant-pictures.tsx';
import { Container } from '#components/ui/container.tsx';
import { maxLineQuantity } from '#lib/cart/cart-limits.ts';
import { getProductPage, type ProductView } from '#lib/catalogue/get-product-page.ts';
import { listProducts } from '#lib/catalogue/list-products.ts';
import type { Product } from '#lib/catalogue/schema.ts';
import { categoryTag, productTag } from '#lib/catalogue/tags.ts';
import { siteUrl } from '#lib/platform/env.ts';

// Rendered again after this many seconds. With JavaScript the page asks for the current stock. Without
// it, the answer to "Add to cart" reports the stock. An order checks price and stock again.
export const revalidate = 15;

/** The number of products that the build renders. Other pages are rendered on their first request. */
const builtAhead = 100;
const relatedCount = 3;

interface Props {
  params: Promise<{ slug: string }>;
}

export async function generateStaticParams() {
  return (await listProducts({ limit: builtAhead })).products.map(({ slug }) => ({ slug }));
}

// Metadata and page share one query.
const productOf = cache(
  async (slug: string): Promise<ProductView> => (await getProductPage(slug)) ?? notFound(),
);

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { slug, title, description, image } = await productOf((await params).slug);
  return {
    title,
    description,
    alternates: { canonical: `/product/${slug}` },
    ...shareMetadata({ title, description, image }),
  };
}

export default async function ProductPage({ params }: Props) {
  const product = await productOf((await params).slug);
  const [related, { categories, delivery }] = await Promise.all([relatedTo(product), siteFacts()]);
  const category = categories.find(({ slug }) => slug === product.category);
  const shown = [product, ...related];
  return (
    <Container>
      <PageTags tags={[categoryTag(product.category), ...shown.map(({ slug }) => productTag(slug))]} />
      <script
        type="application/ld+json"
        dangerouslySetInnerHTML={{ __html: productJsonLd(product, siteUrl()) }}
      />
      <Breadcrumb
        crumbs={[
          { title: 'Home', href: '/' },
          { title: category?.title ?? 'Shelf', href: `/category/${product.category}` },
        ]}
      />
      <div className="grid gap-8 pt-2 md:grid-cols-2 md:gap-12 lg:grid-cols-[1.15fr_1fr] lg:gap-16">
        <VariantPictures pictures={picturesOf(product)} className="self-start md:sticky md:top-6" />
        <LiveVariants slug={product.slug} variants={product.variants}>
          <div className="flex flex-col gap-6">
            <div>
              <h1 className="text-3xl tracking-[-0.025em]">{product.title}</h1>
              <LivePrice className="mt-3 text-xl font-semibold" />
            </div>
            <AddToCartForm
              title={product.title}
              option={product.optionName}
              swatches={swatchesOf(product)}
              maxQuantity={maxLineQuantity}
            />
            <p className="text-lg">{product.description}</p>
            <BuyingFacts delivery={delivery} />
            <Details details={product.details} />
          </div>
        </LiveVariants>
      </div>
      {related.length > 0 ? (
        <section className="mt-20 sm:mt-28" aria-labelledby="related">
          <h2 id="related" className="mb-6 text-2xl">
            From the same shelf
          </h2>
          <ProductGrid products={related} />
        </section>
      ) : null}
    </Container>
  );
}

/** Each different picture once. That of the variant that is chosen at the beginning comes first. */
function picturesOf({ title, image, variants, looks }: ProductView): VariantPicture[] {
  const first = variants.find(({ available }) => available > 0) ?? variants[0];
  const pictures = new Map<string, VariantPicture>();
  for (const variant of new Set(first ? [first, ...variants] : variants)) {
    const shown = looks[variant.sku]?.image ?? image;
    // A picture of several variants shows none of them in particular.
    const known = pictures.get(shown);
    const alt = known || !variant.title ? title : `${title}, ${variant.title}`;
    pictures.set(shown, { image: shown, alt, skus: [...(known?.skus ?? []), variant.sku] });
  }
  return pictures.size > 0 ? [...pictures.values()] : [{ image, alt: title, skus: [] }];
}

function swatchesOf({ looks }: ProductView): Record<string, string> {
  return Object.fromEntries(
    Object.entries(looks).flatMap(([sku, { swatch }]) => (swatch ? [[sku, swatch]] : [])),
  );
}

async function relatedTo({ slug, category }: Product) {
  const { products } = await listProducts({ category, limit: relatedCount + 1 });
  return products.filter((other) => other.slug !== slug).slice(0, relatedCount);
}

function Details({ details }: { details: string[] }) {
  if (details.length === 0) return null;
  return (
    <section aria-labelledby="details">
      <h2 id="details" className="text-lg">
        Details
      </h2>
      <ul className="mt-2 border-t border-line">
        {details.map((detail) => (
          <li key={detail} className="border-b border-line py-2.5 text-muted">
            {detail}
          </li>
        ))}
      </ul>
    </section>
  );
}
