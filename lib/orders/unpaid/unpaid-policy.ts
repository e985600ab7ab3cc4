import type { OpenLimits, UnpaidPolicy } from '#lib/orders/unpaid/unpaid-limits.ts';
import { type Env, env } from '#lib/platform/env.ts';
import { isExposed } from '#lib/platform/exposure.ts';

/** A network may be a university or an office, so it may leave more orders unpaid than a person. */
const ofNetwork = { orders: 50, units: 300 };

/**
 * For a shop that is reachable only from its own machine: all clients share one address, and test data has
 * few email addresses. 1,500 items are still less than the shop's stock.
 */
const ofMachine = { orders: 1_000, units: 1_500 };

/** For RATE_LIMIT_IP_PER_MIN=0: many clients share one address on purpose, as in a load test. */
const unlimited = { orders: 0, units: 0 };

/** The policy of this process. */
export function unpaidPolicy(): UnpaidPolicy {
  const e = env();
  let policy = policies.get(e);
  if (!policy) {
    policy = policyOf(e);
    policies.set(e, policy);
  }
  return policy;
}

const policies = new WeakMap<Env, UnpaidPolicy>();

function policyOf(e: Env): UnpaidPolicy {
  const shopper: OpenLimits = {
    invoices: e.UNPAID_INVOICES_PER_PERSON,
    cards: e.UNPAID_CARDS_PER_PERSON,
    units: e.UNPAID_UNITS_PER_PERSON,
    invoicedMinor: e.UNPAID_MINOR_PER_PERSON,
  };
  const usual = isExposed() ? ofNetwork : ofMachine;
  const shared = e.RATE_LIMIT_IP_PER_MIN > 0 ? usual : unlimited;
  const orders = e.UNPAID_ORDERS_PER_NETWORK ?? shared.orders;
  const units = e.UNPAID_UNITS_PER_NETWORK ?? shared.units;
  const network: OpenLimits = { invoices: orders, cards: orders, units, invoicedMinor: 0 };
  return {
    invoiceMaxMinor: e.INVOICE_MAX_MINOR,
    invoiceHoldDays: e.INVOICE_HOLD_DAYS,
    orderMaxUnits: e.ORDER_MAX_UNITS,
    shopper,
    email: isExposed() && shared !== unlimited ? shopper : network,
    network,
  };
}
