import { hash } from 'node:crypto';
import type { OrderRequest, Receipt } from '#lib/orders/order-request.ts';
import type { Shortage } from '#lib/orders/schema.ts';
import type { UnpaidPolicy, UnpaidTally } from '#lib/orders/unpaid/unpaid-limits.ts';
import {
  mayBeByCard,
  type OpenUnpaid,
  type OrderLimit,
  openUnpaidOf,
  reachedLimit,
} from '#lib/orders/unpaid/unpaid-limits.ts';
import { maxTotalMinor } from '#lib/platform/money.ts';
import { price } from '#lib/pricing/price.ts';
import type { PricingRules } from '#lib/pricing/rules.ts';

/**
 * Decides about a batch of submissions, without I/O. Input: what the transaction has read and locked.
 * Output: what it must write and what each shopper is told. Submissions are decided in order of arrival.
 * Each one sees the stock that earlier ones in the batch have taken.
 */

export interface CartSnapshot {
  userId: string;
  id: string;
  version: number;
  status: 'open' | 'ordered';
  currency: string;
  lines: LineSnapshot[];
}

export interface LineSnapshot {
  sku: string;
  title: string;
  quantity: number;
  unitPriceMinor: number;
  /** Of the price. */
  currency: string;
}

/** An existing order: made from a cart in the batch, or a recent order of a shopper in the batch. */
export interface OrderSnapshot extends Receipt {
  userId: string;
  cartId: string;
  submitToken: string;
  bodyHash: string;
  linesHash: string;
  /** Whether it was answered "accepted": an invoice order immediately, a card order once charged. */
  accepted: boolean;
  /** Placed within the last ten minutes and not cancelled since. */
  recent: boolean;
}

export interface Snapshot {
  carts: CartSnapshot[];
  orders: OrderSnapshot[];
  /** Stock left of each sku, locked. A sku that is missing here has no stock. */
  stock: ReadonlyMap<string, number>;
  /** Unpaid orders of the shoppers, email addresses and networks in the batch. */
  unpaid: readonly OpenUnpaid[];
  policy: UnpaidPolicy;
  /** Of the version that the transaction has read. */
  rules: PricingRules;
}

export type Decision =
  /** `paymentDue`: the order exists, and its card must be charged before the shopper is told. */
  (
    | { outcome: 'accepted'; receipt: Receipt; created: boolean; paymentDue?: true }
    /** The order exists, but its card did not pay it. Set after a charge, never by `decide`. */
    | {
        outcome: 'payment_declined';
        receipt: Receipt;
        created: boolean;
        /** Why the card does not pay the order, in sentences. */
        why: string;
        /** Whether the order waits for another card; it may have been cancelled since. */
        waits: boolean;
      }
    | { outcome: 'already_ordered'; receipt: Receipt }
    | { outcome: 'possible_duplicate'; receipt: Receipt }
    | { outcome: 'key_reused' }
    | { outcome: 'cart_changed' }
    | { outcome: 'cart_limit' }
    /** `byCard`: the limits would allow the same order paid by card. */
    | { outcome: 'order_limit'; limit: OrderLimit; byCard: boolean }
    | { outcome: 'out_of_stock'; items: Shortage[] }
  ) & {
    /** A unique key of the database refused a second order. Set by the order writer, never by `decide`. */
    byUniqueKey?: true;
    /** The span of the batch, for a submission that is traced. Set by the order writer, never by `decide`. */
    batch?: string;
  };

export interface NewOrder extends OrderSnapshot {
  orderRequest: OrderRequest;
  lines: LineSnapshot[];
  /** Number of items: the sum of the quantities of its lines. */
  unitCount: number;
  subtotalMinor: number;
  shippingMinor: number;
  taxMinor: number;
  discountMinor: number;
}

export interface Plan {
  /** One for each submission, in the same order. */
  decisions: Decision[];
  orders: NewOrder[];
  /** How many of each sku the new orders take. */
  taken: Map<string, number>;
}

export function decide(snapshot: Snapshot, orderRequests: readonly OrderRequest[]): Plan {
  const carts = new Map(snapshot.carts.map((cart) => [keyOf(cart.userId, cart.id), cart]));
  const existing = Map.groupBy(snapshot.orders, (order) => order.userId);
  const unpaid = openUnpaidOf(snapshot.unpaid);
  const plan: Plan = { decisions: [], orders: [], taken: new Map() };

  for (const orderRequest of orderRequests) {
    const ofShopper = existing.get(orderRequest.userId) ?? [];
    const cart = carts.get(keyOf(orderRequest.userId, orderRequest.cartId));
    const refusalOf = (order: NewOrder) => refusedByLimit(unpaid, order, snapshot.policy);
    const available = (sku: string) => left(snapshot, plan, sku);
    const decided = decideOne(orderRequest, cart, ofShopper, snapshot.rules, available, refusalOf);
    if ('order' in decided) {
      const { order } = decided;
      plan.orders.push(order);
      unpaid.add(order);
      for (const { sku, quantity } of order.lines) {
        plan.taken.set(sku, (plan.taken.get(sku) ?? 0) + quantity);
      }
      existing.set(orderRequest.userId, [...ofShopper, order]);
      plan.decisions.push(accepted(order, true));
    } else {
      plan.decisions.push(decided);
    }
  }
  return plan;
}

function decideOne(
  orderRequest: OrderRequest,
  cart: CartSnapshot | undefined,
  ofShopper: OrderSnapshot[],
  rules: PricingRules,
  available: (sku: string) => number,
  refusalOf: (order: NewOrder) => Decision | undefined,
): Decision | { order: NewOrder } {
  const existing = ofShopper.find(
    (order) => order.cartId === orderRequest.cartId || order.submitToken === orderRequest.submitToken,
  );
  if (existing) return decideAgain(orderRequest, existing);
  if (cart?.status !== 'open' || cart.version !== orderRequest.cartVersion || cart.lines.length === 0) {
    return { outcome: 'cart_changed' };
  }
  if (cart.lines.some(({ currency }) => currency !== cart.currency)) return { outcome: 'cart_changed' };
  const { shippingMethod, shippingAddress } = orderRequest;
  const totals = price(cart, { shippingMethod, country: shippingAddress.country }, rules)?.totals;
  // The rules no longer offer the method or the country: the shopper has to choose again.
  if (!totals) return { outcome: 'cart_changed' };
  if (totals.totalMinor > maxTotalMinor) return { outcome: 'cart_limit' };
  if (totals.totalMinor !== orderRequest.totalMinor || cart.currency !== orderRequest.currency) {
    return { outcome: 'cart_changed' };
  }
  const linesHash = hashLines(cart.lines);
  const twin = ofShopper.find(
    (order) => order.recent && order.linesHash === linesHash && order.totalMinor === totals.totalMinor,
  );
  if (twin && !orderRequest.confirmDuplicate)
    return { outcome: 'possible_duplicate', receipt: receiptOf(twin) };

  const items = cart.lines
    .map(({ sku, quantity }) => ({ sku, requested: quantity, available: available(sku) }))
    .filter((item) => item.requested > item.available);
  if (items.length > 0) return { outcome: 'out_of_stock', items };

  const order: NewOrder = {
    id: orderRequest.orderId,
    number: orderRequest.orderNumber,
    userId: orderRequest.userId,
    cartId: orderRequest.cartId,
    submitToken: orderRequest.submitToken,
    bodyHash: orderRequest.bodyHash,
    currency: cart.currency,
    linesHash,
    accepted: orderRequest.payment.method === 'invoice',
    recent: true,
    orderRequest,
    lines: cart.lines,
    unitCount: cart.lines.reduce((sum, { quantity }) => sum + quantity, 0),
    ...totals,
  };
  return refusalOf(order) ?? { order };
}

function refusedByLimit(unpaid: UnpaidTally, order: NewOrder, policy: UnpaidPolicy): Decision | undefined {
  const limit = reachedLimit(unpaid, order, policy);
  return limit && { outcome: 'order_limit', limit, byCard: mayBeByCard(unpaid, order, policy) };
}

/**
 * The answer when an order exists already: from this submission, with the same idempotency key, or from
 * the same cart.
 */
export function decideAgain(orderRequest: OrderRequest, order: OrderSnapshot): Decision {
  const { cartId, submitToken, bodyHash } = orderRequest;
  const receipt = receiptOf(order);
  if (order.submitToken !== submitToken) return { outcome: 'already_ordered', receipt };
  if (order.bodyHash !== bodyHash || order.cartId !== cartId) return { outcome: 'key_reused' };
  return accepted(order, false);
}

function accepted(order: OrderSnapshot, created: boolean): Decision {
  const decision = { outcome: 'accepted', receipt: receiptOf(order), created } as const;
  return order.accepted ? decision : { ...decision, paymentDue: true };
}

function left({ stock }: Snapshot, { taken }: Plan, sku: string): number {
  return (stock.get(sku) ?? 0) - (taken.get(sku) ?? 0);
}

function receiptOf({ id, number, totalMinor, currency }: Receipt): Receipt {
  return { id, number, totalMinor, currency };
}

/** Equal for two carts with the same quantities of the same skus. */
function hashLines(lines: LineSnapshot[]): string {
  const sorted = lines.map(({ sku, quantity }) => `${sku}\t${quantity}`).sort();
  return hash('sha256', sorted.join('\n'), 'base64url');
}

export function keyOf(userId: string, cartId: string): string {
  return `${userId}/${cartId}`;
}
