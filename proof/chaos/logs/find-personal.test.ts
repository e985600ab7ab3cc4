import { expect, test } from 'vitest';
import { findPersonal } from './find-personal.ts';

const token = '3c4f2f52-77f5-8d2a-9f30-5d1b3a6f0d11';
const secrets = {
  typed: new Set(['Ada Lovelace', '12 St James’s Square', 'Springfield', '62701', 'pm_card_visa']),
  tokens: new Set([token]),
};
const find = (...texts: string[]) =>
  findPersonal(
    texts.map((text) => ({ file: 'shop.log', text })),
    secrets,
  );

test.each([
  ['an email address', '{"msg":"no mailbox ada.l+x@mail.example.com"}'],
  ['a session', 'Cookie: once_session=9f55df9c-558a-8053-a11e-c8afd2c85c7b.Zk3nQ_7-b2Lw0aXyTqRs'],
  ['a phone number', '{"phone":"+1 (217) 555-0100"}'],
  ['what a shopper typed', 'Failing row contains (…, Ada Lovelace, …)'],
  ['what a shopper typed', '{"line1":"12 St James’s Square"}'],
  ['what a shopper typed', '{"city":"SPRINGFIELD"}'],
  ['what a shopper typed', '{"postalCode":"62701"}'],
  ['what a shopper typed', '{"card":"pm_card_visa"}'],
  ['a submit token', `{"key":"${token.toUpperCase()}"}`],
  ['a card number', '{"number":"4242 4242 4242 4242"}'],
  ['a card number', 'paid with 378282246310005'],
])('%s in a line is a violation: %s', (what, line) => {
  expect(find('{"msg":"listening"}', line)).toMatchObject([
    { kind: 'personal_data_logged', detail: expect.stringContaining(`1 lines of shop.log hold ${what}: `) },
  ]);
});

test.each([
  '{"level":50,"time":1796096402645,"pid":62,"orderId":"9f55df9c-558a-8053-a11e-c8afd2c85c7b"}',
  '{"tookMs":162701,"charge":"pi_74FtNNS17JXw4SlLfXmDuQI0","tokenHash":"3c4f2f5277f5"}',
  '127.0.0.1 - - [01/Dec/2026:03:40:02 +0000] "POST /api/orders HTTP/1.1" 201 "1796096402.645"',
  'at file:///shop/node_modules/.pnpm/pg@8.16.3/node_modules/pg/lib/client.js:694:17',
  '{"id":"11111111-2222-4333-8444-555555555555","trace":"4242424242424241"}',
])('an ordinary line is none: %s', (line) => {
  expect(find(line)).toEqual([]);
});

test('many lines with the same kind of data are one violation', () => {
  expect(find('a@b.example', 'c@d.example')).toMatchObject([
    { detail: '2 lines of shop.log hold an email address: a@b.example' },
  ]);
});
