import { callHandlers } from '#tests/support/call.ts';
import { contractEnv, describeContract } from '#tests/support/contract.ts';
import { openTestShop } from '#tests/support/test-shop.ts';

/** The contract, tested at the route handlers. */

const shop = await openTestShop({ env: contractEnv });
describeContract({ shop, call: callHandlers, origin: 'http://shop.test' });
