import { describePaymentFaults } from '#tests/support/faults/payment-faults.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';

/** Every misbehaviour of the provider, with the webhook arriving before its answer. */

const shop = await openPayingShop();
describePaymentFaults(shop, 'the webhook first', async (shopper, body) => {
  shop.beforeReply(() => shop.simulator.flushWebhooks());
  return [await shopper.order(body)];
});
