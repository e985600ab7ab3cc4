import type { Violation } from './evidence.ts';

/** Decides whether more was left unpaid than a network may leave. Pure, and shares no code with the shop. */

/** What the shop of the proof allows. Shoppers have a network each and stay far below it. */
export const unpaidLimits = { ordersPerNetwork: 50, unitsPerNetwork: 300 };

/** An order that holds stock and is not paid. */
export interface UnpaidRow {
  orderId: string;
  /** A hash of the network that it came from; null where that is not known. */
  network: string | null;
  units: number;
  byCard: boolean;
}

/**
 * The rows are what is open at one moment. The order among them that was placed last was placed while
 * all others were open. An invoice order counts with its items. A card order is about to be paid when it
 * is placed, so it counts as one item then: one card order may lie above the limit with the rest of its items.
 */
export function unpaidBeyondLimits(rows: readonly UnpaidRow[]): Violation[] {
  const networks = Map.groupBy(rows, ({ network }) => network);
  networks.delete(null);
  return [...networks].flatMap(([network, open]): Violation[] => {
    const units = open.reduce((sum, order) => sum + order.units, 0);
    const largestCard = Math.max(1, ...open.filter(({ byCard }) => byCard).map((order) => order.units));
    const invoices = open.filter(({ byCard }) => !byCard).length;
    const found: string[] = [];
    if (units - (largestCard - 1) > unpaidLimits.unitsPerNetwork) found.push(`${units} items`);
    if (invoices > unpaidLimits.ordersPerNetwork) found.push(`${invoices} invoice orders`);
    return found.map((what) => ({
      kind: 'unpaid_beyond_limit',
      detail: `network ${network} has ${what} unpaid`,
      calls: [],
    }));
  });
}
