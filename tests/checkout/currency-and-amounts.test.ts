import { describe, expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { cardBody } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct, availableOf, soldOf } from '#tests/support/shop/shop.ts';

const { simulator } = await openPayingShop();
const call = conforming(callHandlers);

const priceIn = (sku: string, currency: string) =>
  db().$executeRaw`UPDATE variant SET currency = ${currency} WHERE sku = ${sku}`;

// What broke: a variant at 12.50 EUR was sold for 12.50 USD.
describe('a variant priced in another currency', () => {
  test('does not go into the cart', async () => {
    const sku = await addProduct('EURO');
    await priceIn(sku, 'EUR');
    const shopper = new Shopper(call);
    const response = await shopper.send('PUT', `/api/cart/lines/${sku}`, { quantity: 1 });
    expect([response.status, await response.json()]).toMatchObject([
      404,
      {
        code: 'not_found',
        detail: '"Product EURO" is sold in EUR, and your cart is in USD. Nothing was changed.',
      },
    ]);
    expect((await shopper.cart()).lines).toEqual([]);
  });

  test('is removed from a cart that contains it, and the shopper is told', async () => {
    const shopper = await shopperWith(call, await addProduct('STAYS-IN-USD'));
    await shopper.put(await addProduct('MOVES-TO-EUR'), 1);
    await priceIn('MOVES-TO-EUR', 'EUR');
    expect(await shopper.cart()).toMatchObject({
      lines: [{ sku: 'STAYS-IN-USD' }],
      subtotalMinor: 1_250,
      removed: [{ sku: 'MOVES-TO-EUR' }],
    });
  });

  test('is not sold by a submission that was created before its price changed', async () => {
    const shopper = await shopperWith(call, await addProduct('ONCE-USD', { available: 3 }));
    await shopper.put(await addProduct('BESIDE-IT'), 1);
    const body = await shopper.body();
    await priceIn('ONCE-USD', 'EUR');
    const response = await shopper.order(body);
    expect([response.status, await response.json()]).toMatchObject([409, { code: 'cart_changed' }]);
    expect([await availableOf('ONCE-USD'), (await soldOf('ONCE-USD')).orders]).toEqual([3, 0]);
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
