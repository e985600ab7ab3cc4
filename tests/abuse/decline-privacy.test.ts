import { expect, test } from 'vitest';
import { notify } from '#lib/notifications/notify.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

await openPayingShop();

const secret = /stolen_card|lost_card|fraudulent/;

// What broke: GET /api/orders/{id} named the provider's own code, so card testers learned which cards were
// reported as stolen.
test.each([
  ['pm_card_visa_chargeDeclinedStolenCard', 'stolen_card', 'card_declined'],
  ['pm_card_visa_chargeDeclinedLostCard', 'lost_card', 'card_declined'],
  ['pm_card_visa_chargeDeclinedInsufficientFunds', 'insufficient_funds', 'insufficient_funds'],
])('%s: the shop does not reveal %s and says %s', async (token, raw, shown) => {
  const shopper = await shopperWith(callHandlers, await addProduct(`PRIVATE-${raw.length}`));
  const declined = await shopper.order(await shopper.body({ payment: { method: 'card', token } }));
  const words = await declined.text();
  expect(declined.status).toBe(402);
  const { order } = JSON.parse(words) as { order: { id: string; statusUrl: string } };
  const live = await (await shopper.request(order.statusUrl)).text();
  expect(JSON.parse(live)).toMatchObject({ payments: [{ status: 'declined', declineCode: shown }] });
  const cancelled = await (await shopper.send('POST', `${order.statusUrl}/cancel`, {})).text();
  const list = await (await shopper.request('/api/orders')).text();

  const { userId, version } = await db().order.findFirstOrThrow({ where: { id: order.id } });
  const versions = Array.from({ length: version }, (_, i) => ({
    userId,
    orderId: order.id,
    version: i + 1,
  }));
  await notify({ events: versions });
  const mails = await db().mail.findMany({ where: { orderId: order.id } });
  for (const text of [words, live, cancelled, list, JSON.stringify(mails)]) expect(text).not.toMatch(secret);

  const [payment] = await db().payment.findMany({ where: { orderId: order.id } });
  expect(payment?.declineCode).toBe(raw);
});
