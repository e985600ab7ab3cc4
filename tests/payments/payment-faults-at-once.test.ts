import { describePaymentFaults } from '#tests/support/faults/payment-faults.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';

/** Every misbehaviour of the provider, while several submissions run at the same time. */

const shop = await openPayingShop();
describePaymentFaults(shop, 'several submissions at the same time', async (shopper, body) => {
  const first = [shopper.order(body), shopper.order(body)];
  // Two more take paths of their own. The second one runs as in another process, without the claim.
  const second = shopper.order({ ...body, confirmDuplicate: true });
  await shop.redis.flush();
  return Promise.all([...first, second, shopper.order({ ...body, confirmDuplicate: true })]);
});
