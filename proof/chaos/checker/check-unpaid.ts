import type { Violation } from './evidence.ts';

/** Decides whether a network left more unpaid than its limit. Pure; it shares no code with the shop. */

/** The limits of the tested shop. Each shopper has its own network and stays far below them. */
export const unpaidLimits = { ordersPerNetwork: 50, unitsPerNetwork: 300 };

/** An unpaid order that holds stock, or one that is counted as such. */
export interface UnpaidRow {
  orderId: string;
  isHeld: boolean;
  isCounted: boolean;
  /** A hash of the client's network; null where it is not known. */
  network: string | null;
  units: number;
  byCard: boolean;
}

/** The shop counts exactly the unpaid orders that hold stock. */
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
 * The rows are the open orders at one moment. The last invoice order was placed while the others were
 * open, and so was the last card order. A card order is about to be paid when it is placed. Only other
 * card orders limit it, and it counts as one item at that time. So the rest of its items may exceed the
 * limit, once in each network.
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
