import { openPayingShop } from '#tests/support/paying-shop.ts';
import { describePaymentFaults } from '#tests/support/payment-faults.ts';

/** Every misbehaviour of the provider, with the webhook arriving before its answer. */

const shop = await openPayingShop();
describePaymentFaults(shop, 'the webhook first', async (shopper, body) => {
  shop.beforeReply(() => shop.simulator.flushWebhooks());
  return [await shopper.order(body)];
});
