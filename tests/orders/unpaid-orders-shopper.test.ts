import { describe, expect, test } from 'vitest';
import { checkoutDraftCookie, readCheckoutDraft } from '#lib/checkout/checkout-draft.ts';
import { db } from '#lib/platform/database/db.ts';
import { Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { card, cardBody, declinedCard, orderOf } from '#tests/support/money.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';
import { inventedEmail, invoice, network, openLimitedShop, outcomeOf } from './limited-shop.ts';

/** What a shopper is told at a limit of unpaid orders, and what they can still do. */

await openLimitedShop();

// What broke: an invoice was refused with "Please pay by card", and then the card was refused too.
describe('a shopper who is refused an invoice', () => {
  const detailOf = async (response: Response) => ((await response.json()) as { detail: string }).detail;
  const reason = 'There are too many items in unpaid orders from your network.';
  const kept = 'Nothing was ordered and your cart is kept.';

  test('is told to pay by card if a card is accepted', async () => {
    const from = network();
    const sku = await addProduct('CARD-IS-A-WAY', { available: 500, priceMinor: 100 });
    for (let order = 0; order < 4; order += 1) await invoice(new Shopper(from), sku, 75);
    expect(await detailOf(await invoice(new Shopper(from), sku))).toBe(
      `${reason} ${kept} Please pay by card, or try again later.`,
    );
  });

  test('is told to retry later if cards are refused too', async () => {
    const from = network();
    const sku = await addProduct('CARD-IS-NO-WAY', { available: 500, priceMinor: 100 });
    for (let order = 0; order < 4; order += 1) {
      const shopper = await shopperWith(from, sku, 75);
      await shopper.order(await shopper.body({ ...card(declinedCard), email: inventedEmail() }));
    }
    expect(await detailOf(await invoice(new Shopper(from), sku))).toBe(
      `${reason} ${kept} Please try again later.`,
    );
  });
});

describe('a shopper', () => {
  test('with too many unpaid orders can pay by card, or cancel one and order again', async () => {
    const shopper = new Shopper(network());
    const sku = await addProduct('REGULAR', { available: 100, priceMinor: 100 });
    for (let order = 0; order < 4; order += 1) {
      expect(await outcomeOf(await invoice(shopper, sku))).toBe('accepted');
    }
    const refused = await invoice(shopper, sku);
    expect([refused.status, await refused.json()]).toMatchObject([
      409,
      {
        code: 'order_limit',
        limit: { kind: 'invoices', scope: 'shopper', allowed: 4 },
        detail:
          'There are too many unpaid orders of yours. Nothing was ordered and your cart is kept. Please pay by card, or pay or cancel an unpaid order under Orders.',
      },
    ]);
    const byCard = { ...card(), email: inventedEmail(), confirmDuplicate: true };
    expect(await outcomeOf(await shopper.order(await shopper.body(byCard)))).toBe('accepted');
    const placed = await db().order.findFirstOrThrow({
      where: { status: 'placed', lines: { some: { sku } } },
    });
    expect((await shopper.send('POST', `/api/orders/${placed.id}/cancel`, {})).status).toBe(200);
    expect(await outcomeOf(await invoice(shopper, sku))).toBe('accepted');
  });

  test('at the limit gets the answer of an order that was accepted before', async () => {
    const shopper = new Shopper(network());
    const sku = await addProduct('REPLAYED', { available: 100, priceMinor: 100 });
    await shopper.put(sku, 1);
    const first = await shopper.body({ email: inventedEmail() });
    const answer = await (await shopper.order(first)).text();
    for (let order = 0; order < 3; order += 1) await invoice(shopper, sku);
    expect(await outcomeOf(await invoice(shopper, sku))).toBe('order_limit');
    const again = await shopper.order(first);
    expect([again.status, await again.text()]).toEqual([201, answer]);
  });

  test('whose cards are declined holds three orders and no fourth', async () => {
    const shopper = new Shopper(network());
    const sku = await addProduct('DECLINING', { available: 100, priceMinor: 100 });
    const outcomes: string[] = [];
    for (let order = 0; order < 4; order += 1) {
      await shopper.put(sku, 1);
      const body = { ...card(declinedCard), email: inventedEmail(), confirmDuplicate: true };
      outcomes.push(await outcomeOf(await shopper.order(await shopper.body(body))));
    }
    expect(outcomes).toEqual([...Array(3).fill('payment_declined'), 'order_limit']);
    expect(await availableOf(sku)).toBe(97);
  });

  test('who buys a lot by card is not limited by the limit of unpaid orders', async () => {
    const shopper = new Shopper(network());
    for (let line = 0; line < 4; line += 1) {
      await shopper.put(await addProduct(`OFFICE-${line}`, { available: 99, priceMinor: 900 }), 99);
    }
    expect(await outcomeOf(await shopper.order(await cardBody(shopper)))).toBe('accepted');
    expect((await orderOf(shopper)).status).toBe('paid');
  });
});

test('an invoice is offered and accepted up to an amount', async () => {
  const shopper = await shopperWith(
    network(),
    await addProduct('DEAR', { available: 9, priceMinor: 100_001 }),
  );
  const { paymentMethods } = await shopper.quote();
  expect(paymentMethods.map(({ id }) => id)).toEqual(['card']);
  const response = await shopper.order(await shopper.body());
  expect([response.status, await response.json()]).toMatchObject([
    409,
    { code: 'order_limit', limit: { kind: 'invoice_amount', allowed: 100_000 } },
  ]);
  expect(await outcomeOf(await shopper.order(await cardBody(shopper)))).toBe('accepted');
});

test('a form that exceeds a limit returns to the checkout with the reason and what was typed', async () => {
  const shopper = await shopperWith(
    network(),
    await addProduct('DEAR-FORM', { available: 9, priceMinor: 150_000 }),
  );
  const response = await shopper.orderByForm(await shopper.body());
  expect([response.status, response.headers.get('location')]).toEqual([303, '/checkout']);
  const cookie = response.headers.getSetCookie().find((line) => line.startsWith(checkoutDraftCookie)) ?? '';
  const draft = readCheckoutDraft(shopper.userId, cookie.slice(checkoutDraftCookie.length + 1).split(';')[0]);
  expect(draft).toMatchObject({
    problem: { code: 'order_limit' },
    values: { 'shippingAddress.city': 'Springfield' },
  });
});
