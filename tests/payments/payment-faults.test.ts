import { describePaymentFaults } from '#tests/support/faults/payment-faults.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';

/** Every misbehaviour of the provider, with one submission. */

const shop = await openPayingShop();
describePaymentFaults(shop, 'one submission', async (shopper, body) => [await shopper.order(body)]);
