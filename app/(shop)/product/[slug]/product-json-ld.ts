import { sharePicture } from '#app/share-picture.ts';
import type { Product } from '#lib/catalogue/schema.ts';

/**
 * Returns the product as schema.org JSON-LD, ready for a script element. `<` is escaped, so no
 * catalogue text can close the element. Prices are decimals with the currency's number of digits.
 */
export function productJsonLd(product: Product, siteUrl: URL): string {
  const url = new URL(`/product/${product.slug}`, siteUrl).href;
  const offers = product.variants.map(({ sku, priceMinor, currency, available }) => ({
    '@type': 'Offer',
    sku,
    url,
    price: decimal(priceMinor, currency),
    priceCurrency: currency,
    availability: `https://schema.org/${available > 0 ? 'InStock' : 'OutOfStock'}`,
  }));
  const document = {
    '@context': 'https://schema.org',
    '@type': 'Product',
    name: product.title,
    description: product.description,
    image: new URL(sharePicture(product.image).url, siteUrl).href,
    url,
    offers,
  };
  return JSON.stringify(document).replaceAll('<', '\\u003c');
}

function decimal(minor: number, currency: string): string {
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
    .maximumFractionDigits;
  return (minor / 10 ** (digits ?? 2)).toFixed(digits ?? 2);
}
