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
import { quote } from '#lib/pricing/quote.ts';

/**
 * The decision about a batch of submissions, without I/O: from what the transaction has read and
 * locked to what it shall write and what each shopper is told. Submissions are decided in the
 * order of their arrival, each seeing what the ones before it in the batch have taken.
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
}

/** An order that stands already: of a cart in the batch, or a recent one of a shopper in it. */
export interface OrderSnapshot extends Receipt {
  userId: string;
  cartId: string;
  submitToken: string;
  bodyHash: string;
  linesHash: string;
  /** Whether its submission was answered "accepted": an invoice's is at once, a card's when it is charged. */
  accepted: boolean;
  /** Placed within the last ten minutes and not cancelled since. */
  recent: boolean;
}

export interface Snapshot {
  carts: CartSnapshot[];
  orders: OrderSnapshot[];
  /** What is left of each sku, locked. A sku that isn't here has none. */
  stock: ReadonlyMap<string, number>;
  /** What is unpaid already, of the shoppers, email addresses and networks in the batch. */
  unpaid: readonly OpenUnpaid[];
  policy: UnpaidPolicy;
}

export type Decision =
  /** `paymentDue`: it stands, and its card is to be charged before the shopper is told so. */
  | { outcome: 'accepted'; receipt: Receipt; created: boolean; paymentDue?: true }
  /** It stands and waits for another card. Only said of a card that was charged, never by `decide`. */
  | {
      outcome: 'payment_declined';
      receipt: Receipt;
      created: boolean;
      /** Why its card does not pay it, in sentences. */
      why: string;
      /** Whether the order waits for another card; it may have been cancelled since. */
      waits: boolean;
    }
  | { outcome: 'already_ordered'; receipt: Receipt }
  | { outcome: 'possible_duplicate'; receipt: Receipt }
  | { outcome: 'key_reused' }
  | { outcome: 'cart_changed' }
  | { outcome: 'cart_limit' }
  /** `byCard`: the limits would let it be paid by card. */
  | { outcome: 'order_limit'; limit: OrderLimit; byCard: boolean }
  | { outcome: 'out_of_stock'; items: Shortage[] };

export interface NewOrder extends OrderSnapshot {
  orderRequest: OrderRequest;
  lines: LineSnapshot[];
  /** Items of the order: the sum of its lines' quantities. */
  unitCount: number;
  subtotalMinor: number;
  shippingMinor: number;
  taxMinor: number;
  discountMinor: number;
}

export interface Plan {
  /** One for each submission, in their order. */
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
    const decided = decideOne(orderRequest, cart, ofShopper, (sku) => left(snapshot, plan, sku), refusalOf);
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
  const totals = quote(cart.lines, orderRequest.shippingMethod, orderRequest.shippingAddress.country);
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

/** An order stands already: of this very submission, of the same key, or of the same cart. */
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

/** The same for two carts that hold the same quantities of the same skus. */
function hashLines(lines: LineSnapshot[]): string {
  const sorted = lines.map(({ sku, quantity }) => `${sku}\t${quantity}`).sort();
  return hash('sha256', sorted.join('\n'), 'base64url');
}

export function keyOf(userId: string, cartId: string): string {
  return `${userId}/${cartId}`;
}
