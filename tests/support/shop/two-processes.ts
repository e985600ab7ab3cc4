import { afterAll } from 'vitest';
import { type Call, callUrl } from '#proof/harness/shopper/call.ts';
import { startShopProcess } from '#tests/support/shop/another-process.ts';
import { openPayingShop, type PayingShop } from '#tests/support/shop/paying-shop.ts';

/** Two processes of a shop that takes cards, on one database and one Redis. */
export interface TwoProcesses extends PayingShop {
  /** Calls the two processes alternately, so that concurrent requests go to both. */
  call: Call;
}

/** Opens it, and closes it at the end of the file. Call it once, at the top of the file. */
export async function openTwoProcesses(): Promise<TwoProcesses> {
  const shop = await openPayingShop();
  const processes = await Promise.all([startShopProcess({}, afterAll), startShopProcess({}, afterAll)]);
  const calls = processes.map(({ url }) => callUrl(url));
  let turn = 0;
  const call: Call = (path, init) => (calls[turn++ % 2] as Call)(path, init);
  shop.simulator.setWebhookUrl(`${processes[0]?.url}/api/webhooks/payments`);
  return { ...shop, call };
}

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** Counts the answers by their status and their outcome or code. */
export async function answersOf(responses: Response[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const response of responses) {
    const { outcome, code } = (await response.clone().json()) as { outcome?: string; code?: string };
    const key = [response.status, outcome ?? code].filter(Boolean).join(' ');
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}
