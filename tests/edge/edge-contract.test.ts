import { handlersListener } from '#proof/harness/processes/handlers-listener.ts';
import { contractEnv, describeContract } from '#tests/support/contract/contract.ts';
import { openTestEdge } from '#tests/support/services/edge.ts';
import { startUpstream } from '#tests/support/services/upstream.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** The contract, tested through nginx. */

const shop = await openTestShop({ env: contractEnv });
const upstream = await startUpstream(handlersListener);
const edge = await openTestEdge({ upstreams: [upstream.address], operators: ['127.0.0.1'] });
describeContract({ shop, call: edge.call, origin: edge.url, unreadableAddress: 400 });
