import { callHandlers } from '#proof/harness/shopper/call.ts';
import { contractEnv, describeContract } from '#tests/support/contract/contract.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** The contract, tested at the route handlers. */

const shop = await openTestShop({ env: contractEnv });
describeContract({ shop, call: callHandlers, origin: 'http://shop.test' });
