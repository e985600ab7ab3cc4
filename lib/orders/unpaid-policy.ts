import { env } from '#lib/env.ts';

/**
 * What may stay unpaid: one place that answers it. Unpaid orders hold stock, so without limits a
 * visitor with fresh cookies and invented addresses empties the shelves for free
 * (docs/decisions/0014-unpaid-orders-are-limited.md). Zero turns a limit off.
 */
export interface UnpaidPolicy {
  /** The largest total of an order by invoice, in minor units. Zero: no invoices. */
  invoiceMaxMinor: number;
  /** How long an invoice order keeps its stock without being paid or sent. */
  invoiceHoldDays: number;
  /** Items in one order, however it is paid. */
  orderMaxUnits: number;
  /** What one shopper, and separately one email address, may leave open. */
  person: OpenLimits;
  /** The same of a network, which many shoppers may share. */
  network: OpenLimits;
}

export interface OpenLimits {
  /** Invoice orders that are neither paid nor sent. */
  invoices: number;
  /** Card orders that wait for another card, or for the shopper's bank. */
  cards: number;
  /** Items in all of them. */
  units: number;
  /** What the open invoice orders are worth, in minor units. */
  invoicedMinor: number;
}

/** The policy of this process. */
export function unpaidPolicy(): UnpaidPolicy {
  const e = env();
  const person: OpenLimits = {
    invoices: e.UNPAID_INVOICES_PER_PERSON,
    cards: e.UNPAID_CARDS_PER_PERSON,
    units: e.UNPAID_UNITS_PER_PERSON,
    invoicedMinor: e.UNPAID_MINOR_PER_PERSON,
  };
  const network: OpenLimits = {
    invoices: e.UNPAID_ORDERS_PER_NETWORK,
    cards: e.UNPAID_ORDERS_PER_NETWORK,
    units: e.UNPAID_UNITS_PER_NETWORK,
    invoicedMinor: 0,
  };
  return {
    invoiceMaxMinor: e.INVOICE_MAX_MINOR,
    invoiceHoldDays: e.INVOICE_HOLD_DAYS,
    orderMaxUnits: e.ORDER_MAX_UNITS,
    person,
    network,
  };
}
