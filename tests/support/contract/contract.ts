import type { Call } from '#proof/harness/shopper/call.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { metricsEnv } from '#tests/support/metrics.ts';
import type { TestShop } from '#tests/support/shop/test-shop.ts';
import { describeAcceptedOrders } from './rows/accepted-orders.ts';
import { describeForms } from './rows/forms.ts';
import { describeOtherCalls } from './rows/other-calls.ts';
import { describeRefusedOrders } from './rows/refused-orders.ts';

export interface ContractOptions {
  /** A shop that was opened with `contractEnv`. */
  shop: TestShop;
  /** How it is called: its handlers, or over a socket. */
  call: Call;
  /** The origin of the shop's own pages. */
  origin: string;
  /** The answer to an invalid address: the shop's 404, or the 400 of a server in front of it. */
  unreadableAddress?: 400 | 404;
}

/** The configuration that these tests need. */
export const contractEnv = { RATE_LIMIT_SHOPPER_PER_MIN: '3', ...metricsEnv };

/**
 * Every row of the contract's table for `POST /api/orders`, and the related calls, against any host of the
 * shop. Every answer is also checked against the OpenAPI document.
 */
export function describeContract({
  shop,
  call: bareCall,
  origin,
  unreadableAddress = 404,
}: ContractOptions): void {
  const call = conforming(bareCall);

  describeAcceptedOrders({ shop, call });
  describeRefusedOrders({ shop, call, origin });
  describeForms({ call });
  describeOtherCalls({ shop, call, bareCall, unreadableAddress });
}
