import { contractEnv, describeContract } from '#tests/support/contract.ts';
import { openTestEdge } from '#tests/support/edge.ts';
import { openTestShop } from '#tests/support/test-shop.ts';
import { shopListener, startUpstream } from '#tests/support/upstream.ts';

/** The contract, tested through nginx. */

const shop = await openTestShop({ env: contractEnv });
const upstream = await startUpstream(shopListener);
const edge = await openTestEdge({ upstreams: [upstream.address], operators: ['127.0.0.1'] });
describeContract({ shop, call: edge.call, origin: edge.url, unreadableAddress: 400 });
