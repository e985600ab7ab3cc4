import type { NewOrder, Plan } from '#lib/orders/decide/decide.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import { maxTotalMinor } from '#lib/platform/money.ts';

/** A plan that breaks a promise. `plan` is logged, so it has no names, addresses or tokens. */
export class BrokenPlan extends Error {
  override name = 'BrokenPlan';
  readonly plan: object;

  constructor(broken: string, { orders, taken }: Plan) {
    super(`the plan of a batch was refused before it was written: ${broken}`);
    this.plan = {
      orders: orders.map(({ id, userId, cartId, currency, totalMinor, lines }) => ({
        id,
        userId,
        cartId,
        currency,
        totalMinor,
        lines: lines.map(({ sku, quantity, unitPriceMinor, currency: of }) => ({
          sku,
          quantity,
          unitPriceMinor,
          currency: of,
        })),
      })),
      taken: Object.fromEntries(taken),
    };
  }
}

/**
 * Checks the promises of `decide` before a plan is written, so that a mistake in a rule fails a batch and
 * does not write a wrong order. Throws `BrokenPlan`. The database's constraints refuse most of the same
 * mistakes; none can compare an order's subtotal with its lines, or its total with what was confirmed.
 */
export function assertPlan(
  plan: Plan,
  orderRequests: readonly OrderRequest[],
  stock: ReadonlyMap<string, number>,
): void {
  const broken = brokenPromise(plan, orderRequests, stock);
  if (broken) throw new BrokenPlan(broken, plan);
}

function brokenPromise(
  { decisions, orders, taken }: Plan,
  orderRequests: readonly OrderRequest[],
  stock: ReadonlyMap<string, number>,
): string | undefined {
  if (decisions.length !== orderRequests.length) return 'a submission has no decision';
  const created = decisions.filter((decision) => decision.outcome === 'accepted' && decision.created);
  if (created.length !== orders.length) return 'an order was decided and not planned, or the reverse';
  const isUnique = (key: (order: NewOrder) => string) => new Set(orders.map(key)).size === orders.length;
  if (!isUnique(({ userId, cartId }) => `${userId}/${cartId}`)) return 'two orders of one cart';
  if (!isUnique(({ userId, submitToken }) => `${userId}/${submitToken}`)) return 'two orders of one token';
  if (!isUnique(({ id }) => id)) return 'two orders with one id';
  for (const order of orders) {
    const broken = brokenSum(order);
    if (broken) return broken;
  }
  const sold = new Map<string, number>();
  for (const { sku, quantity } of orders.flatMap(({ lines }) => lines)) {
    sold.set(sku, (sold.get(sku) ?? 0) + quantity);
  }
  if (sold.size !== taken.size) return 'stock is taken for no order, or none is taken for one';
  for (const [sku, quantity] of sold) {
    if (taken.get(sku) !== quantity) return `the stock taken of ${sku} is not what is sold`;
    if (quantity > (stock.get(sku) ?? 0)) return `more of ${sku} is sold than there is`;
  }
  return undefined;
}

function brokenSum(order: NewOrder): string | undefined {
  const { lines, subtotalMinor, shippingMinor, taxMinor, discountMinor, totalMinor, orderRequest } = order;
  if (lines.length === 0) return 'an order without lines';
  if (!lines.every(({ quantity }) => Number.isSafeInteger(quantity) && quantity > 0)) return 'a line of none';
  if (lines.some(({ currency }) => currency !== order.currency)) return 'a line in another currency';
  const sum = lines.reduce((total, line) => total + line.quantity * line.unitPriceMinor, 0);
  if (sum !== subtotalMinor) return 'the subtotal is not the sum of the lines';
  if (lines.reduce((total, { quantity }) => total + quantity, 0) !== order.unitCount)
    return 'wrong unit count';
  if (subtotalMinor + shippingMinor + taxMinor - discountMinor !== totalMinor)
    return 'the total does not add up';
  if ([shippingMinor, taxMinor, discountMinor, totalMinor].some((minor) => minor < 0))
    return 'a negative amount';
  if (totalMinor > maxTotalMinor) return 'the total is above the limit';
  if (totalMinor !== orderRequest.totalMinor || order.currency !== orderRequest.currency) {
    return 'the total is not the one that was confirmed';
  }
  return undefined;
}
