import { afterEach, expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { processWide, takeProcessWide } from '#lib/platform/process-wide.ts';
import { currentRules } from '#lib/pricing/current-rules.ts';
import { callHandlers, callUrl } from '#proof/harness/shopper/call.ts';
import { address, type OrderBody, Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { describeOrder } from '#scripts/order/describe-order.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { startShopProcess } from '#tests/support/shop/another-process.ts';
import { addProduct, availableOf, soldOf } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** An owner changes prices by SQL while shoppers order: `docs/owner.md` tells how. */
await openTestShop();
const call = conforming(callHandlers);

const setStandard = (priceMinor: number) =>
  db().$executeRaw`UPDATE shipping_rate SET price_minor = ${priceMinor}::int
                   WHERE zone = 'domestic' AND method = 'standard'`;

/** Lets this process forget its rules, and returns them. */
const reread = () => takeProcessWide('pricingRules');

afterEach(async () => {
  await setStandard(499);
  reread();
});

const inJapan = { ...address, city: 'Chiyoda', region: 'Tokyo', postalCode: '100-0001', country: 'JP' };

/** The body that orders the cart to this address. */
async function bodyTo(shopper: Shopper, to: typeof inJapan): Promise<OrderBody> {
  const { submitToken, totalMinor } = await shopper.quote(`?country=${to.country}`);
  return shopper.body({ shippingAddress: to, submitToken, totalMinor });
}

const codeOf = async (response: Response) => [response.status, (await response.json()).code];

test('a shipping price that changes after the quote makes no order, and its new total does', async () => {
  const sku = await addProduct('REPRICED', { available: 5 });
  const shopper = await shopperWith(call, sku);
  const body = await shopper.body();
  expect(body.totalMinor).toBe(1_250 + 499);
  await setStandard(599);

  const refused = await shopper.order(body);
  expect(refused.status).toBe(409);
  const problem = await refused.json();
  expect(problem).toMatchObject({ code: 'cart_changed', quote: { shippingMinor: 599, totalMinor: 1_849 } });
  expect([await availableOf(sku), (await soldOf(sku)).orders]).toEqual([5, 0]);

  const { submitToken, totalMinor } = problem.quote;
  const accepted = await shopper.order({ ...body, submitToken, totalMinor });
  expect([accepted.status, (await accepted.json()).order.totalMinor]).toEqual([201, 1_849]);
});

test('no process prices an order by the rules in its memory when they are old', async () => {
  const [first, second] = await Promise.all([startShopProcess(), startShopProcess()]);
  const sku = await addProduct('TWO-PROCESSES');
  const shoppers = await Promise.all([0, 1].map(() => shopperWith(callUrl(first.url), sku)));
  const [early, late] = shoppers as [Shopper, Shopper];
  // Both processes know the old price now.
  const old = await early.body();
  const elsewhere = new Shopper(callUrl(second.url));
  elsewhere.cookie = late.cookie;
  expect((await elsewhere.quote()).shippingMinor).toBe(499);
  await setStandard(599);

  expect(await codeOf(await early.order(old))).toEqual([409, 'cart_changed']);
  // The first process has seen the change. The second has not, and gets a submission at the new total.
  const submission = await late.body();
  expect(submission.totalMinor).toBe(1_849);
  expect((await elsewhere.order(submission)).status).toBe(201);
});

test('a quote has rules that are at most two seconds old', async () => {
  const shopper = await shopperWith(call, await addProduct('SOON'));
  expect((await shopper.quote()).shippingMinor).toBe(499);
  await setStandard(599);
  await expect
    .poll(async () => (await shopper.quote()).shippingMinor, { timeout: 3_000, interval: 200 })
    .toBe(599);
});

test('a country that was added is sold to immediately, also by a process that has not seen it', async () => {
  const shopper = await shopperWith(call, await addProduct('TO-NORWAY'));
  await currentRules();
  await db().$transaction([
    db().$executeRaw`INSERT INTO country (code, name, zone) VALUES ('NO', 'Norway', 'abroad')`,
    db().$executeRaw`INSERT INTO tax_rate (country, basis_points) VALUES ('NO', 2500)`,
  ]);
  const old = reread();
  const inNorway = { ...address, city: 'Oslo', region: null as never, postalCode: '0150', country: 'NO' };
  const body = await bodyTo(shopper, inNorway);
  expect(body.totalMinor).toBe(1_250 + 1_499 + 687);
  // The quote came from another process: this one still has the rules from before.
  reread();
  processWide('pricingRules', () => old);
  expect((await currentRules()).countries.map(({ code }) => code)).not.toContain('NO');
  expect((await shopper.order(body)).status).toBe(201);
});

test('a country that was removed gets no new order, and an earlier order keeps its answer', async () => {
  const sku = await addProduct('TO-JAPAN');
  const [buyer, other] = [await shopperWith(call, sku), await shopperWith(call, sku)];
  const [made, tooLate] = [await bodyTo(buyer, inJapan), await bodyTo(other, inJapan)];
  const receipt = await (await buyer.order(made)).text();
  await db().$transaction([
    db().$executeRaw`DELETE FROM tax_rate WHERE country = 'JP'`,
    db().$executeRaw`DELETE FROM country WHERE code = 'JP'`,
  ]);

  // Checked by the old rules, refused by the writer: the answer names the field.
  const refused = await other.order(tooLate);
  expect([refused.status, await refused.json()]).toMatchObject([
    400,
    { fields: [{ path: 'shippingAddress.country', message: 'choose a country that we send to' }] },
  ]);
  // From here on, this process knows the new rules.
  expect(await codeOf(await other.order(tooLate))).toEqual([400, 'invalid_request']);
  expect((await soldOf(sku)).orders).toBe(1);

  const replay = await buyer.order(made);
  expect([replay.status, replay.headers.get('idempotent-replayed'), await replay.text()]).toEqual([
    201,
    'true',
    receipt,
  ]);
  const { order } = JSON.parse(receipt) as { order: { id: string; statusUrl: string } };
  const shown = await (await buyer.request(order.statusUrl)).json();
  expect(shown.shippingAddress.country).toBe('JP');
  const { userId, number, currency } = await db().order.findFirstOrThrow({ where: { id: order.id } });
  expect(await describeOrder({ userId, orderId: order.id, number, currency })).toContain(
    '  100-0001\n  Japan\n',
  );
});

test('a method without a rate for a country is neither offered nor accepted there', async () => {
  const sku = await addProduct('NO-EXPRESS');
  const shopper = await shopperWith(call, sku);
  const body = await shopper.body({ shippingMethod: 'express' });
  await db().$executeRaw`DELETE FROM shipping_rate WHERE zone = 'domestic' AND method = 'express'`;
  const words = { message: 'must be one of standard', path: 'shippingMethod' };
  expect(await (await shopper.order(body)).json()).toMatchObject({
    code: 'invalid_request',
    fields: [words],
  });
  const quote = await shopper.request('/api/checkout?shippingMethod=express');
  expect([quote.status, await quote.json()]).toMatchObject([400, { fields: [words] }]);
  expect((await shopper.quote()).shippingMethods.map(({ id }) => id)).toEqual(['standard']);
  await db().$executeRaw`
    INSERT INTO shipping_rate (zone, method, price_minor) VALUES ('domestic', 'express', 1299)`;
});

test('the fields of a refused submission keep their order and their words', async () => {
  const shopper = await shopperWith(call, await addProduct('WORDS'));
  const body = await shopper.body({ email: 'x', shippingAddress: { ...address, country: 'ZZ' } });
  const refused = await shopper.order({ ...body, shippingMethod: 'drone', payment: { method: 'gold' } });
  const { fields } = (await refused.json()) as { fields: { path: string; message: string }[] };
  expect(fields).toEqual([
    { path: 'email', message: expect.any(String) },
    { path: 'shippingMethod', message: 'must be one of standard, express' },
    { path: 'shippingAddress.country', message: 'choose a country that we send to' },
    { path: 'payment.method', message: 'must be invoice or card' },
  ]);
});

test('without a version of the rules nothing is sold', async () => {
  const sku = await addProduct('UNVERSIONED', { available: 5 });
  const shopper = await shopperWith(callHandlers, sku);
  const body = await shopper.body();
  await db().$executeRaw`DELETE FROM pricing_version`;
  try {
    expect((await shopper.order(body)).status).toBe(500);
  } finally {
    await db().$executeRaw`INSERT INTO pricing_version (version) VALUES (1)`;
  }
  expect((await soldOf(sku)).orders).toBe(0);
  expect((await shopper.order(body)).status).toBe(201);
});
