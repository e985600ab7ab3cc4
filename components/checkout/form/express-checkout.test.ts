import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { ExpressCheckout } from '#components/checkout/form/express-checkout.tsx';
import type { CardEntry } from '#components/payment/card-entry.ts';

const htmlOf = ({ express = [] }: CardEntry) =>
  renderToStaticMarkup(createElement(ExpressCheckout, { methods: express }));

test('a provider with wallets gets a place for the button of each, in its order', () => {
  const html = htmlOf({ kind: 'element', publishableKey: 'pk_test', express: ['apple_pay', 'link'] });
  expect(html).toMatch(/<h2[^>]*>Express checkout<\/h2>/);
  expect([...html.matchAll(/data-express="(\w+)"/g)].map(([, method]) => method)).toEqual([
    'apple_pay',
    'link',
  ]);
});

test('a provider without wallets leaves no empty box', () => {
  expect(htmlOf({ kind: 'test_cards' })).toBe('');
});
