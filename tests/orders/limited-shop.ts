import { randomUUID } from 'node:crypto';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import type { Shopper } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';

const limits = {
  UNPAID_INVOICES_PER_PERSON: '4',
  UNPAID_CARDS_PER_PERSON: '3',
  UNPAID_UNITS_PER_PERSON: '100',
  UNPAID_MINOR_PER_PERSON: '200000',
  UNPAID_ORDERS_PER_NETWORK: '50',
  // 0 would switch off the limits of networks and email addresses.
  RATE_LIMIT_IP_PER_MIN: '1000000',
  UNPAID_UNITS_PER_NETWORK: '300',
};

/** Opens a shop with these limits. Call it once, at the top of the file. */
export async function openLimitedShop(): Promise<void> {
  // Several batches at a time, so that the protection against counting past each other is needed.
  await openPayingShop({ ...limits, WRITER_CONNECTIONS: '4', VERCEL: '1' });
}

const call = conforming(callHandlers);

/** A client at its own address, whose network no other test uses. */
let networks = 0;
export function network(): (path: string, init?: RequestInit) => Promise<Response> {
  networks += 1;
  const ip = `203.0.113.${networks}`;
  return (path, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set('x-real-ip', ip);
    return call(path, { ...init, headers });
  };
}

export const inventedEmail = () => `${randomUUID()}@example.com`;

export const outcomeOf = async (response: Response): Promise<string> => {
  const { code, outcome } = (await response.json()) as { code?: string; outcome?: string };
  return code ?? outcome ?? '';
};

export async function invoice(
  shopper: Shopper,
  sku: string,
  quantity = 1,
  email = inventedEmail(),
): Promise<Response> {
  await shopper.put(sku, quantity);
  return shopper.orderUntilSettled(await shopper.body({ email, confirmDuplicate: true }));
}
