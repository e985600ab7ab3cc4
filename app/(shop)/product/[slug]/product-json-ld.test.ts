import { expect, it } from 'vitest';
import { productJsonLd } from '#app/(shop)/product/[slug]/product-json-ld.ts';

const shop = new URL('https://shop.example');
const kettle = {
  slug: 'kettle',
  title: 'Kettle </script><script>alert(1)</script>',
  category: 'kitchen',
  image: '/products/kettle.svg',
  description: 'Boils.',
  details: [],
  variants: [
    { sku: 'K-1', title: 'One', priceMinor: 9_805, currency: 'USD', available: 0 },
    { sku: 'K-2', title: 'Two', priceMinor: 9_805, currency: 'JPY', available: 3 },
  ],
};

it('no catalogue text can close the script element that contains the data', () => {
  const text = productJsonLd(kettle, shop);
  expect(text).not.toContain('<');
  expect(JSON.parse(text).name).toBe(kettle.title);
});

it('prices are decimals with the digits of their currency, and a sold-out variant says so', () => {
  const { offers, image } = JSON.parse(productJsonLd(kettle, shop));
  expect(offers.map((offer: { price: string }) => offer.price)).toEqual(['98.05', '9805']);
  expect(offers[0].availability).toBe('https://schema.org/OutOfStock');
  expect(offers[1].availability).toBe('https://schema.org/InStock');
  expect(image).toBe('https://shop.example/products/kettle-1200x630.png');
});
