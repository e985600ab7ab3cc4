import { env } from '#lib/env.ts';
import { isExposed } from '#lib/exposure.ts';

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
  /** What one shopper may leave open. */
  shopper: OpenLimits;
  /** What all shoppers with one email address may leave open. */
  email: OpenLimits;
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

/** A network may be a university or an office, so it may leave more open than a person. */
const ofNetwork = { orders: 50, units: 300 };

/**
 * A shop that only its own machine reaches: all clients have one address, and test data has few email
 * addresses. Some 1,500 items are still less than the shop has.
 */
const ofMachine = { orders: 1_000, units: 1_500 };

/** The policy of this process. */
export function unpaidPolicy(): UnpaidPolicy {
  const e = env();
  const shopper: OpenLimits = {
    invoices: e.UNPAID_INVOICES_PER_PERSON,
    cards: e.UNPAID_CARDS_PER_PERSON,
    units: e.UNPAID_UNITS_PER_PERSON,
    invoicedMinor: e.UNPAID_MINOR_PER_PERSON,
  };
  const shared = isExposed() ? ofNetwork : ofMachine;
  const orders = e.UNPAID_ORDERS_PER_NETWORK ?? shared.orders;
  const units = e.UNPAID_UNITS_PER_NETWORK ?? shared.units;
  const network: OpenLimits = { invoices: orders, cards: orders, units, invoicedMinor: 0 };
  return {
    invoiceMaxMinor: e.INVOICE_MAX_MINOR,
    invoiceHoldDays: e.INVOICE_HOLD_DAYS,
    orderMaxUnits: e.ORDER_MAX_UNITS,
    shopper,
    email: isExposed() ? shopper : network,
    network,
  };
}
