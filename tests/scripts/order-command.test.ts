import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { expect, test } from 'vitest';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { cardBody, expectBooksToAgree, orderOf } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/** `npm run order`, the operator's command, as typed. */

const { simulator } = await openPayingShop();

async function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const script = path.resolve(import.meta.dirname, '..', '..', 'scripts', 'order.ts');
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}

async function paidOrder(sku: string) {
  const shopper = await shopperWith(callHandlers, await addProduct(sku));
  const response = await shopper.order(await cardBody(shopper));
  const { order } = (await response.json()) as { order: { id: string; number: string } };
  return { shopper, ...order };
}

test('an order is refunded in parts by its number, and the same command twice is one refund', async () => {
  const { shopper, number, id } = await paidOrder('PARTS');
  const part = ['refund', number.toLowerCase(), '--amount', '5', '--reason', 'scratched', '--by', 'eva'];
  expect(await run(...part)).toMatchObject({ code: 0, out: expect.stringContaining('$5.00') });
  expect(await run(...part)).toMatchObject({
    code: 0,
    out: expect.stringContaining('nothing was refunded now'),
  });
  expect(simulator.ledger(id)).toMatchObject([{ refunded: 500 }]);
  expect(await run('refund', id, '--by', 'eva')).toMatchObject({ code: 0 });
  expect(await orderOf(shopper)).toMatchObject({ status: 'refunded' });
  const shown = await run('show', number);
  const { payments } = await orderOf(shopper);
  expect((await run('show', payments[0]?.providerRef ?? '')).out).toBe(shown.out);
  expect(await run('show', 'pi_unknown')).toMatchObject({
    code: 1,
    err: expect.stringContaining('no order'),
  });
  // What broke: an operator saw what to pack and not where to send it.
  expect(shown.out).toContain(
    'Ship to (standard)\n  Ada Lovelace\n  12 St James’s Square\n  Springfield, IL 62701\n  United States\n',
  );
  expect(shown.out).toMatch(/Payments\n {2}1 {2}card {2}refunded .*\n {5}refund \S+ {2}succeeded {2}\$5\.00/);
  expect(shown.out).toContain('operator:eva: scratched');
  expect(shown.out).toMatch(/refunded {2}operator:eva/);
  await expectBooksToAgree(simulator);
});

test('an order is fulfilled once and cannot be cancelled afterwards', async () => {
  const { id } = await paidOrder('FULFIL');
  expect(await run('fulfil', id)).toMatchObject({ code: 0, out: expect.stringContaining('is fulfilled') });
  expect(await run('fulfil', id)).toMatchObject({ code: 0, out: expect.stringContaining('already') });
  expect(await run('cancel', id)).toMatchObject({
    code: 1,
    // What broke: the operator was told that they could return items, a text meant for shoppers.
    err: expect.stringMatching(
      /can no longer be cancelled\. Nothing was changed; it can still be refunded\.\n$/,
    ),
  });
});

test.each([
  ['an unknown order', ['show', '0000-0000-0000'], 'there is no order'],
  ['an invalid order number', ['cancel', 'my order'], 'there is no order my order'],
  ['an invalid attempt number', ['refund', 'ORDER', '--attempt', 'two'], '--attempt must be the number'],
  ['an unknown attempt', ['refund', 'ORDER', '--attempt', '7'], 'Attempt 7 holds nothing to refund'],
  ['an empty name', ['fulfil', 'x', '--by', ''], '--by needs a name'],
  ['a blank name', ['fulfil', 'x', '--by=  '], '--by needs a name'],
  ['an unknown flag', ['show', 'x', '--force'], 'npm run order'],
  ['an unknown command', ['fulfill', 'x'], "Unknown command 'fulfill'"],
  ['a command without an order', ['cancel'], 'Which order?'],
  ['a second order', ['fulfil', 'x', 'y'], "Unexpected argument 'y'"],
  // What broke: the flag was ignored, and the whole order was cancelled.
  ['an amount to cancel', ['cancel', 'ORDER', '--amount', '5'], '--amount is only for refund'],
])('%s is reported in words', async (_, args, words) => {
  const { id } = args.includes('ORDER')
    ? await paidOrder(randomUUID().slice(0, 8).toUpperCase())
    : { id: '' };
  const { code, err } = await run(...args.map((arg) => (arg === 'ORDER' ? id : arg)));
  expect([code, err.includes(words), /\n\s+at /.test(err)]).toEqual([1, true, false]);
});

test('an invalid amount refunds nothing', async () => {
  const { id } = await paidOrder('AMOUNT');
  for (const amount of ['0', '-1', '1.005', 'all', '99999999']) {
    expect((await run('refund', id, '--amount', amount)).code).toBe(1);
  }
  expect(simulator.ledger(id)).toMatchObject([{ refunded: 0 }]);
});
