import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { HowToReachUs } from '#components/site/write-to-us.tsx';

// What broke: a page that failed without a code, such as one that failed in the browser, named no address.

const htmlOf = (of: { contact?: string; code?: string }) =>
  renderToStaticMarkup(createElement(HowToReachUs, of));
const contact = 'help@shop.example';

test('the address is named with and without a code', () => {
  expect(htmlOf({ contact })).toMatch(/write to <a [^>]*href="mailto:help@shop\.example"/);
  expect(htmlOf({ contact })).toMatch(/<\/a>\.<\/p>$/);
  expect(htmlOf({ contact, code: 'E-7' })).toMatch(/<\/a> and quote this code: E-7<\/p>$/);
});

test('a shop without an address does not ask shoppers to write, and keeps the code', () => {
  expect(htmlOf({ contact: '', code: 'E-7' })).toMatch(/>Code of this error: E-7<\/p>$/);
  expect(htmlOf({ contact: '' })).toBe('');
});
