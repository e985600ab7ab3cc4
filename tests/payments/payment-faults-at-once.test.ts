import { openPayingShop } from '#tests/support/paying-shop.ts';
import { describePaymentFaults } from '#tests/support/payment-faults.ts';

/** Every misbehaviour of the provider, met by several submissions at once. */

const shop = await openPayingShop();
describePaymentFaults(shop, 'several submissions at once', async (shopper, body) => {
  const first = [shopper.order(body), shopper.order(body)];
  // Two more go ways of their own: as in another process, the second one with the claim forgotten.
  const second = shopper.order({ ...body, confirmDuplicate: true });
  await shop.redis.flush();
  return Promise.all([...first, second, shopper.order({ ...body, confirmDuplicate: true })]);
});
