import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { CartPage, type CartPageView } from '#components/cart/cart-page.tsx';
import type { CartRemoval } from '#lib/cart/schema.ts';

const htmlOf = (view: CartPageView) => renderToStaticMarkup(createElement(CartPage, { view }));

const empty = (removed: CartRemoval[] = []) => ({
  kind: 'cart' as const,
  cart: { id: 'cart', version: 1, currency: 'USD', lines: [], removed },
  delivery: { country: 'the United States', currency: 'USD', methods: [] },
  posted: {},
});

// What broke: an empty cart without suggestions had nothing to click.
test.each<[string, CartPageView]>([
  ['just became empty', empty()],
  ['has nothing to suggest', { ...empty(), suggested: [] }],
  ['has no cookie', { kind: 'no_cookie', posted: false, suggested: [] }],
])('an empty cart that %s leads to the shop', (_, view) => {
  expect(htmlOf(view)).toContain('href="/"');
});

test('an item that is no longer sold is named once, and so is the reason', () => {
  const html = htmlOf(empty([{ sku: 'KETTLE', title: 'Kettle', reason: 'no_longer_sold' }]));
  expect(html.match(/Kettle/g)).toHaveLength(1);
  expect(html.match(/no longer sold|not sell/gi)).toHaveLength(1);
});
