import type { OrderRequest } from '#lib/orders/order-request.ts';

/** Checks whether a new order stays within the policy on unpaid orders. Pure. */

/**
 * All limits on unpaid orders. Unpaid orders hold stock. Without limits, a visitor with fresh cookies and
 * invented addresses could use up the stock for free
 * (docs/decisions/0014-unpaid-orders-are-limited.md). Zero turns a limit off.
 */
export interface UnpaidPolicy {
  /** The largest total of an order by invoice, in minor units. Zero: no invoices. */
  invoiceMaxMinor: number;
  /** How many days an invoice order keeps its stock without being paid or sent. */
  invoiceHoldDays: number;
  /** Items in one order, with any payment method. */
  orderMaxUnits: number;
  /** What one shopper may leave unpaid. */
  shopper: OpenLimits;
  /** What all shoppers with the same email address may leave unpaid together. */
  email: OpenLimits;
  /** What all shoppers in the same network may leave unpaid together. */
  network: OpenLimits;
}

export interface OpenLimits {
  /** Invoice orders that are neither paid nor sent. */
  invoices: number;
  /** Card orders that wait for another card, or for the shopper's bank. */
  cards: number;
  /** Items in all of these orders. */
  units: number;
  /** Total value of the open invoice orders, in minor units. */
  invoicedMinor: number;
}

type Scope = 'shopper' | 'email' | 'network';

/** The unpaid orders of one shopper, email address or network. */
export interface OpenUnpaid {
  scope: Scope;
  key: string;
  /** Invoice orders that are neither paid nor sent. */
  invoices: number;
  /** Card orders that wait for another card, or for the shopper's bank for more than a minute. */
  cards: number;
  /** Items in all unpaid orders, including those being charged right now. */
  units: number;
  /** Items in unpaid card orders only. */
  cardUnits: number;
  /** Total value of the invoice orders, in minor units. */
  invoicedMinor: number;
}

/** Whether any of the limits is on. */
export function isLimited(limits: OpenLimits): boolean {
  return Object.values(limits).some((limit) => limit > 0);
}

/** The limit that an order would exceed. `allowed` is the value of the limit; amounts are in minor units. */
export type OrderLimit =
  | { kind: 'order_units' | 'invoice_amount'; allowed: number }
  | { kind: keyof OpenLimits; scope: Scope; allowed: number };

/** The parts of an order that the limits depend on. */
export interface LimitedOrder {
  orderRequest: Pick<OrderRequest, 'userId' | 'emailHash' | 'networkHash' | 'payment'>;
  unitCount: number;
  totalMinor: number;
}

/** Unpaid orders by scope and key, including the orders that the batch adds. */
export interface UnpaidTally {
  of: (scope: Scope, key: string) => OpenUnpaid;
  add: (order: LimitedOrder) => void;
}

export function openUnpaidOf(rows: readonly OpenUnpaid[]): UnpaidTally {
  const tally = new Map(rows.map((row) => [`${row.scope}/${row.key}`, row]));
  const of = (scope: Scope, key: string): OpenUnpaid =>
    tally.get(`${scope}/${key}`) ?? {
      scope,
      key,
      invoices: 0,
      cards: 0,
      units: 0,
      cardUnits: 0,
      invoicedMinor: 0,
    };
  return {
    of,
    add(order) {
      const byInvoice = isByInvoice(order);
      for (const [scope, key] of scopesOf(order)) {
        const open = of(scope, key);
        tally.set(`${scope}/${key}`, {
          ...open,
          invoices: open.invoices + (byInvoice ? 1 : 0),
          units: open.units + order.unitCount,
          cardUnits: open.cardUnits + (byInvoice ? 0 : order.unitCount),
          invoicedMinor: open.invoicedMinor + (byInvoice ? order.totalMinor : 0),
        });
      }
    },
  };
}

/**
 * The first limit that the order would exceed; undefined when it stays within all limits. `byInvoice`
 * overrides the payment method, to check the alternative.
 */
export function reachedLimit(
  unpaid: UnpaidTally,
  order: LimitedOrder,
  policy: UnpaidPolicy,
  byInvoice = isByInvoice(order),
): OrderLimit | undefined {
  if (isOver(order.unitCount, policy.orderMaxUnits)) {
    return { kind: 'order_units', allowed: policy.orderMaxUnits };
  }
  if (byInvoice && order.totalMinor > policy.invoiceMaxMinor) {
    return { kind: 'invoice_amount', allowed: policy.invoiceMaxMinor };
  }
  for (const [scope, key] of scopesOf(order)) {
    // Card orders are not limited by email address. Otherwise an attacker could order with another person's
    // address and block that person's card orders. To hold stock, an attacker needs no real address anyway.
    if (scope === 'email' && !byInvoice) continue;
    const limits = policy[scope];
    const kind = exceeded(after(unpaid.of(scope, key), order, byInvoice), limits);
    if (kind) return { kind, scope, allowed: limits[kind] };
  }
  return undefined;
}

/**
 * What would be open after this order. A card order is about to be paid, so its own items and amount do not
 * count: only earlier unpaid card orders can cause a refusal, and invoices cannot.
 */
function after(open: OpenUnpaid, { unitCount, totalMinor }: LimitedOrder, byInvoice: boolean): OpenLimits {
  return {
    invoices: byInvoice ? open.invoices + 1 : 0,
    cards: byInvoice ? 0 : open.cards + 1,
    units: byInvoice ? open.units + unitCount : open.cardUnits + 1,
    invoicedMinor: byInvoice ? open.invoicedMinor + totalMinor : 0,
  };
}

const kinds = ['invoices', 'cards', 'units', 'invoicedMinor'] as const satisfies (keyof OpenLimits)[];

function exceeded(would: OpenLimits, limits: OpenLimits): keyof OpenLimits | undefined {
  return kinds.find((kind) => isOver(would[kind], limits[kind]));
}

/** Whether the limits would let the shopper pay this order by card instead of by invoice. */
export function mayBeByCard(unpaid: UnpaidTally, order: LimitedOrder, policy: UnpaidPolicy): boolean {
  return isByInvoice(order) && reachedLimit(unpaid, order, policy, false) === undefined;
}

/** Zero means no limit. */
const isOver = (value: number, limit: number): boolean => limit > 0 && value > limit;

const isByInvoice = ({ orderRequest }: LimitedOrder): boolean => orderRequest.payment.method === 'invoice';

function scopesOf({ orderRequest: { userId, emailHash, networkHash } }: LimitedOrder): [Scope, string][] {
  return [
    ['shopper', userId],
    ['email', emailHash],
    ...(networkHash === undefined ? [] : ([['network', networkHash]] as [Scope, string][])),
  ];
}
