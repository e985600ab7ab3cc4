import { openPayingShop } from '#tests/support/paying-shop.ts';
import { describePaymentFaults } from '#tests/support/payment-faults.ts';

/** Every misbehaviour of the provider, with one submission. */

const shop = await openPayingShop();
describePaymentFaults(shop, 'one submission', async (shopper, body) => [await shopper.order(body)]);
