import { domainToUnicode } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { Submission } from '#lib/checkout/submission/schema.ts';
import { toOrderRequest } from '#lib/checkout/submission/to-order-request.ts';
import { closeMailer } from '#lib/notifications/email/mailer.ts';
import { db } from '#lib/platform/database/db.ts';
import { drainJobs } from '#lib/worker/drain-jobs.ts';
import { startSmtp } from '#proof/harness/services/smtp.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { address, type OrderBody, type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { addProduct, soldOf } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

const smtp = await startSmtp();
const shop = await openTestShop({ env: { SMTP_URL: smtp.url } });
afterAll(async () => {
  closeMailer();
  await smtp.close();
});
const call = conforming(callHandlers);

async function filledIn(sku: string, change: Record<string, unknown> = {}) {
  const shopper = await shopperWith(call, await addProduct(sku));
  return { shopper, body: await shopper.body(change) };
}

// What broke: valid email addresses were refused.
test.each(['ivan@xn--h1alffa9f.xn--p1ai', 'o&leary@example.com', 'a/b@example.com', 'x{y}|z@example.com'])(
  'an order by %s is accepted, and its email is sent there',
  async (email) => {
    const { shopper, body } = await filledIn(`MAIL-${email.length}`, { email });
    expect((await shopper.order(body)).status).toBe(201);
    await drainJobs({ limitMs: 30_000 });
    // The test's mail server shows the domains of envelopes in Unicode.
    const [name, domain = ''] = email.split('@');
    expect(smtp.mails.map(({ to }) => to)).toContainEqual([`${name}@${domainToUnicode(domain)}`]);
  },
);

// What broke: all countries had one rule. Hong Kong required a postal code, and ABCDE was a valid ZIP code.
test('the rules of a country decide which address is accepted', async () => {
  const { shopper, body } = await filledIn('RULES');
  const wrong = { ...address, region: '', postalCode: 'ABCDE', name: '\u200b' };
  for (const byForm of [false, true]) {
    const change = { ...body, shippingAddress: wrong };
    const response = byForm ? await shopper.orderByForm(change) : await shopper.order(change);
    expect(response.status).toBe(byForm ? 303 : 400);
    if (byForm) continue;
    const { fields } = (await response.json()) as { fields: { path: string }[] };
    expect(fields.map(({ path }) => path)).toEqual([
      'shippingAddress.name',
      'shippingAddress.region',
      'shippingAddress.postalCode',
    ]);
  }
  expect((await soldOf('RULES')).orders).toBe(0);
  const { shopper: inHongKong } = await filledIn('HONGKONG');
  const quote = await inHongKong.quote('?shippingMethod=standard&country=HK');
  const shippingAddress = { ...address, country: 'HK', city: 'Wan Chai', region: null, postalCode: null };
  const response = await inHongKong.order({
    ...body,
    ...pick(quote, ['submitToken', 'cartId', 'cartVersion', 'totalMinor']),
    submitToken: quote.submitToken,
    shippingAddress,
  });
  expect(response.status).toBe(201);
  const { order } = (await response.json()) as { order: { id: string } };
  const shown = await (await inHongKong.request(`/api/orders/${order.id}`)).json();
  expect(shown).toMatchObject({ shippingAddress: { city: 'Wan Chai', postalCode: null } });
});

function pick<T extends object>(from: T, names: (keyof T)[]): Partial<T> {
  return Object.fromEntries(names.map((name) => [name, from[name]])) as Partial<T>;
}

/** Gives an order the address that a looser rule accepted, as if it had been placed under that rule. */
async function placedEarlier(shopper: Shopper, body: OrderBody, change: Partial<OrderBody>) {
  expect((await shopper.order(body)).status).toBe(201);
  const then = { ...body, ...change } as unknown as Submission;
  await db().order.updateMany({
    where: { userId: shopper.userId, submitToken: body.submitToken },
    data: {
      bodyHash: toOrderRequest(shopper.userId, then).bodyHash,
      email: then.email,
      shippingAddress: then.shippingAddress,
    },
  });
  await shop.redis.flush();
  return { ...body, ...change };
}

// What broke while the rules were made stricter: a replay of an order accepted under the looser rules would
// have been answered 400.
test.each<[string, Partial<OrderBody>]>([
  ['without a state', { shippingAddress: { ...address, region: null } }],
  ['with a ZIP code of letters', { shippingAddress: { ...address, postalCode: 'ABCDE' } }],
  ['to an invisible name', { shippingAddress: { ...address, name: '\u200b' } }],
  ['by an email that the standard refuses', { email: 'ada@example-.com' }],
])('an order that was accepted %s still gets its answer', async (name, change) => {
  const sku = `EARLIER-${name.length}`;
  const { shopper, body } = await filledIn(sku);
  const earlier = await placedEarlier(shopper, body, change);
  const before = await soldOf(sku);
  const replay = await shopper.order(earlier);
  expect([replay.status, replay.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
  expect(await replay.json()).toMatchObject({ outcome: 'accepted' });
  // The same key with other content is another submission, under the old rules, too.
  const other = await shopper.order({ ...earlier, shippingMethod: 'express' });
  expect(other.status).toBe(422);
  expect(await soldOf(sku)).toEqual(before);
});

test('a submission that made no order is refused for its address, and orders nothing', async () => {
  const { shopper, body } = await filledIn('FRESH');
  const response = await shopper.order({ ...body, shippingAddress: { ...address, postalCode: 'ABCDE' } });
  expect(response.status).toBe(400);
  expect(await soldOf('FRESH')).toMatchObject({ orders: 0 });
});
