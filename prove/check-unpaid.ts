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
 * all others were open. An invoice order counts with its items. A card order is refused by other card
 * orders only, and is about to be paid when it is placed, so it counts as one item then: one card order
 * may lie above the limit with the rest of its items.
 */
export function unpaidBeyondLimits(rows: readonly UnpaidRow[]): Violation[] {
  const networks = Map.groupBy(rows, ({ network }) => network);
  networks.delete(null);
  return [...networks].flatMap(([network, open]): Violation[] => {
    const cards = open.filter(({ byCard }) => byCard).map(({ units }) => units);
    const invoices = open.filter(({ byCard }) => !byCard).map(({ units }) => units);
    const found: string[] = [];
    if (sum(invoices) > unpaidLimits.unitsPerNetwork) found.push(`${sum(invoices)} items on invoices`);
    const onCards = sum(cards) - (Math.max(1, ...cards) - 1);
    if (onCards > unpaidLimits.unitsPerNetwork) found.push(`${sum(cards)} items on cards`);
    if (invoices.length > unpaidLimits.ordersPerNetwork) found.push(`${invoices.length} invoice orders`);
    return found.map((what) => ({
      kind: 'unpaid_beyond_limit',
      detail: `network ${network} has ${what} unpaid`,
      calls: [],
    }));
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
