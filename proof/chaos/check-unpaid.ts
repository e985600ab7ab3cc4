import type { Violation } from './evidence.ts';

/** Decides whether more was left unpaid than a network may leave. Pure, and shares no code with the shop. */

/** What the shop of the proof allows. Shoppers have a network each and stay far below it. */
export const unpaidLimits = { ordersPerNetwork: 50, unitsPerNetwork: 300 };

/** An order that holds stock and is not paid, or that is counted as one. */
export interface UnpaidRow {
  orderId: string;
  isHeld: boolean;
  isCounted: boolean;
  /** A hash of the network that it came from; null where that is not known. */
  network: string | null;
  units: number;
  byCard: boolean;
}

/** What the shop counts is exactly what holds stock. */
export function unpaidMiscounted(rows: readonly UnpaidRow[]): Violation[] {
  return rows
    .filter(({ isHeld, isCounted }) => isHeld !== isCounted)
    .map(({ orderId, isHeld }) => ({
      kind: 'unpaid_miscounted',
      detail: isHeld
        ? `order ${orderId} holds stock and is not counted as unpaid`
        : `order ${orderId} is counted as unpaid and holds nothing`,
      calls: [],
    }));
}

/**
 * The rows are what is open at one moment. Of the invoice orders, the one that was placed last was placed
 * while the others were open, and so was the last card order. A card order is about to be paid when it is
 * placed: it is limited by other card orders alone, and counts as one item then. So the rest of its items
 * may lie above the limit, once in each network.
 */
export function unpaidBeyondLimits(rows: readonly UnpaidRow[]): Violation[] {
  const held = rows.filter(({ isHeld }) => isHeld);
  const networks = Map.groupBy(held, ({ network }) => network);
  networks.delete(null);
  return [...networks].flatMap(([network, open]): Violation[] => {
    const invoices = open.filter(({ byCard }) => !byCard).map(({ units }) => units);
    const cards = open.filter(({ byCard }) => byCard).map(({ units }) => units);
    const found: string[] = [];
    if (sum(invoices) > unpaidLimits.unitsPerNetwork) found.push(`${sum(invoices)} items by invoice`);
    if (sum(cards) - (Math.max(1, ...cards) - 1) > unpaidLimits.unitsPerNetwork)
      found.push(`${sum(cards)} items by card`);
    if (invoices.length > unpaidLimits.ordersPerNetwork) found.push(`${invoices.length} invoice orders`);
    return found.map((what) => ({
      kind: 'unpaid_beyond_limit',
      detail: `network ${network} has ${what} unpaid`,
      calls: [],
    }));
  });
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
