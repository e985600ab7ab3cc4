import { describe, expect, onTestFinished, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { takeProcessWide } from '#lib/platform/process-wide.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { cardBody } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct, availableOf, soldOf } from '#tests/support/shop/shop.ts';

const { simulator } = await openPayingShop();
const call = conforming(callHandlers);

/** The owner gives the shop another currency, and every product a price in it. */
async function sellIn(currency: string): Promise<void> {
  await db().$transaction([
    db().$executeRaw`SET CONSTRAINTS variant_currency_fkey DEFERRED`,
    db().$executeRaw`UPDATE shop SET currency = ${currency}`,
    db().$executeRaw`UPDATE variant SET currency = ${currency}`,
  ]);
  // As if two seconds had passed.
  takeProcessWide('pricingRules');
}

// What broke: a variant at 12.50 EUR was sold for 12.50 USD.
describe('a variant priced in another currency', () => {
  test('does not exist: the database refuses a price in another currency than the shop’s', async () => {
    const sku = await addProduct('EURO');
    const inEuros = db().$executeRaw`UPDATE variant SET currency = 'EUR' WHERE sku = ${sku}`;
    await expect(inEuros).rejects.toThrow('variant_currency_fkey');
    const ofShop = db().$executeRaw`UPDATE shop SET currency = 'EUR'`;
    await expect(ofShop).rejects.toThrow('variant_currency_fkey');
  });

  // What broke: after the change, nothing could be added to an open cart for a month.
  test('takes open carts along, with their items', async () => {
    onTestFinished(() => sellIn('USD'));
    const [old, sku] = [await addProduct('OLD'), await addProduct('SOLD-IN-EUR')];
    const [shopper, reader] = [await shopperWith(call, old), await shopperWith(call, old)];
    const { version } = await reader.cart();
    await sellIn('EUR');
    expect(await reader.cart()).toMatchObject({
      currency: 'EUR',
      version: version + 1,
      lines: [{ sku: old }],
    });
    const response = await shopper.send('PUT', `/api/cart/lines/${sku}`, { quantity: 1 });
    expect([response.status, await response.json()]).toMatchObject([
      200,
      { currency: 'EUR', lines: [{ sku: old }, { sku }] },
    ]);
  });

  test('is not sold by a submission that was created before its price changed', async () => {
    onTestFinished(() => sellIn('USD'));
    const shopper = await shopperWith(call, await addProduct('ONCE-USD', { available: 3 }));
    // For a line at 0 the total stays the same.
    await shopper.put(await addProduct('GIFT', { available: 3, priceMinor: 0 }), 1);
    const body = await shopper.body();
    await sellIn('EUR');
    const response = await shopper.order(body);
    expect([response.status, await response.json()]).toMatchObject([
      409,
      { code: 'cart_changed', quote: { currency: 'EUR' } },
    ]);
    expect([await availableOf('ONCE-USD'), (await soldOf('ONCE-USD')).orders]).toEqual([3, 0]);
    expect((await soldOf('GIFT')).orders).toBe(0);
  });

  test('is sold in its currency from a new cart', async () => {
    onTestFinished(() => sellIn('USD'));
    const sku = await addProduct('IN-EUR');
    await sellIn('EUR');
    const shopper = await shopperWith(call, sku);
    const response = await shopper.order(await shopper.body());
    expect([response.status, await response.json()]).toMatchObject([
      201,
      { order: { currency: 'EUR', totalMinor: 1_749 } },
    ]);
  });
});

// What broke: 90 items at 12,000 dollars were "declined", and the order waited for a card that can't exist.
describe('an amount that the provider cannot charge', () => {
  test('is not accepted into a cart', async () => {
    const sku = await addProduct('PIANO', { priceMinor: 1_200_000 });
    const response = await new Shopper(call).send('PUT', `/api/cart/lines/${sku}`, { quantity: 90 });
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
      409,
      'cart_limit',
    ]);
  });

  test('is refused if prices rose after the cart was filled', async () => {
    const shopper = await shopperWith(call, await addProduct('RISING', { priceMinor: 500_000 }), 90);
    await db().$executeRaw`UPDATE variant SET price_minor = 1200000 WHERE sku = 'RISING'`;
    const response = await shopper.order(await cardBody(shopper));
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
      409,
      'cart_limit',
    ]);
    expect((await soldOf('RISING')).orders).toBe(0);
  });

  test('is charged up to its limit', async () => {
    const shopper = await shopperWith(call, await addProduct('LARGEST', { priceMinor: 49_999_999 }));
    await db().$executeRaw`UPDATE variant SET price_minor = 99999999 WHERE sku = 'LARGEST'`;
    const response = await shopper.order(await cardBody(shopper));
    expect(response.status).toBe(201);
    const { order } = (await response.json()) as { order: { id: string } };
    expect(simulator.ledger(order.id).filter(({ live }) => live)).toMatchObject([{ captured: 99_999_999 }]);
  });
});
