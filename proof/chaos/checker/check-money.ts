import type { ChargeRow, Evidence, PaymentRow, Violation, ViolationKind } from './evidence.ts';
import { groupBy, idsOf, sum } from './grouping.ts';

/**
 * The checker's rules about money. The provider's ledger is the truth, and the shop's records must agree
 * with it.
 */

/** What the provider still holds of a charge. A lost dispute is not a refund and counts as held. */
const keptOf = ({ authorized, voided, refunded }: ChargeRow) => authorized - voided - refunded;

/** What was captured or reserved, including what was refunded since. */
const takenOf = ({ authorized, voided }: ChargeRow) => authorized - voided;

export const isGone = ({ goneAtMs }: ChargeRow) => goneAtMs !== null;

const holding = new Set(['succeeded', 'authorized', 'returning']);

/** What the shop believes it holds of a payment. */
export const believedOf = ({ status, amountMinor, refundedMinor }: PaymentRow) =>
  holding.has(status) ? amountMinor - refundedMinor : 0;

const paidStatuses = new Set(['paid', 'fulfilled']);

export function chargedOnceAndWhole({ orders, payments, charges, history }: Evidence): Violation[] {
  const paymentsOf = groupBy(payments, ({ orderId }) => orderId);
  const chargesOf = groupBy(charges, ({ orderId }) => orderId ?? '');
  return orders.flatMap(({ id, status, totalMinor }) => {
    const ours = paymentsOf.get(id) ?? [];
    const all = chargesOf.get(id) ?? [];
    const live = all.filter((charge) => keptOf(charge) > 0);
    const kept = sum(live, keptOf);
    const believed = sum(ours, believedOf);
    const found: [ViolationKind, string][] = [];
    if (live.length > 1) found.push(['two_live_charges', live.map((one) => one.paymentIntent).join(', ')]);
    for (const [attempt, both] of groupBy(
      all.filter(({ authorized }) => authorized > 0),
      (charge) => String(charge.attempt),
    ))
      if (both.length > 1)
        found.push([
          'charged_twice',
          `attempt ${attempt} by ${both.map((one) => one.paymentIntent).join(' and ')}`,
        ]);
    if (ours.length === 0) found.push(['not_charged_its_total', `is ${status} and has no payment`]);
    const byCard = ours.some(({ method }) => method === 'card');
    if (byCard && paidStatuses.has(status)) found.push(...ofPaid(status, totalMinor, live, all));
    if (kept !== believed)
      found.push(['books_disagree', `provider holds ${kept}, shop believes ${believed}`]);
    // The part that a dispute has withdrawn cannot be refunded.
    const refundable = sum(live, (charge) => keptOf(charge) - charge.disputed);
    if (byCard && !paidStatuses.has(status) && refundable > 0)
      found.push(['books_disagree', `is ${status}, and the provider holds ${refundable}`]);
    return found.map(([kind, what]) => ({
      kind,
      detail: `order ${id}: ${what}`,
      calls: idsOf(history, ({ order }) => order === id),
    }));
  });
}

/** An order stays paid after a partial refund, but not after a full one. */
function ofPaid(
  status: string,
  totalMinor: number,
  live: ChargeRow[],
  all: ChargeRow[],
): [ViolationKind, string][] {
  const refunded = all.find((charge) => charge.captured > 0 && charge.refunded >= charge.captured);
  if (live.length === 0 && refunded)
    return [['paid_and_refunded', `is ${status}, and charge ${refunded.paymentIntent} is refunded whole`]];
  const taken = sum(live, takenOf);
  if (taken === totalMinor) return [];
  return [['not_charged_its_total', `is ${status}, total ${totalMinor}, charged ${taken}`]];
}

export function chargesHaveOrders({ orders, charges }: Evidence): Violation[] {
  const known = new Set(orders.map(({ id }) => id));
  return charges
    .filter(({ orderId }) => !known.has(orderId ?? ''))
    .map(({ paymentIntent, orderId }) => ({
      kind: 'charge_without_order',
      detail: `charge ${paymentIntent} is for order ${orderId}, which there isn't`,
      calls: [],
    }));
}

const payable = new Set(['requires_payment_method', 'requires_confirmation', 'requires_action']);

export const isPayable = ({ status }: Pick<ChargeRow, 'status'>) => payable.has(status);

/** A declined card ends its attempt: no later payment, at an old price, can use it. */
export function declinedIsOver({ payments, charges }: Evidence): Violation[] {
  const declined = new Set(
    payments
      .filter(({ status }) => status === 'declined')
      .map(({ orderId, attempt }) => `${orderId} ${attempt}`),
  );
  return charges
    .filter((charge) => isPayable(charge) && declined.has(`${charge.orderId} ${charge.attempt}`))
    .map(({ paymentIntent, orderId, attempt, status }) => ({
      kind: 'declined_still_payable',
      detail: `order ${orderId}: attempt ${attempt} is declined, and its charge ${paymentIntent} is ${status}`,
      calls: [],
    }));
}

/** No order is shipped when the provider already says that its money is refunded or disputed. */
export function moneyIsThereWhenFulfilled({ orders, charges, history }: Evidence): Violation[] {
  const chargesOf = groupBy(charges, ({ orderId }) => orderId ?? '');
  return orders.flatMap(({ id, wasFulfilled }): Violation[] => {
    const captured = (chargesOf.get(id) ?? []).filter((charge) => charge.captured > 0);
    const goneAtMs = Math.max(...captured.map((charge) => charge.goneAtMs ?? Number.POSITIVE_INFINITY));
    // A request from before the money was gone may have been carried out in time.
    const asked = history.filter(
      (call) => call.kind === 'fulfil' && call.order === id && call.outcome !== 'fail',
    );
    const inTime = asked.some(({ askedAtMs = 0 }) => askedAtMs <= goneAtMs);
    if (!wasFulfilled || captured.length === 0 || asked.length === 0 || inTime) return [];
    return [
      {
        kind: 'fulfilled_without_money',
        detail: `order ${id} was fulfilled after the provider had given back all of ${captured.map(({ paymentIntent }) => paymentIntent).join(', ')}`,
        calls: asked.map((call) => call.id),
      },
    ];
  });
}

/** Emails that say that the whole amount is refunded. */
const sayAllIsRefunded = new Set(['refunded', 'late_payment_returned']);

/** An order or an email says "refunded" only when the provider has made the refund. */
export function refundsWereMade({ orders, charges, mails, history }: Evidence): Violation[] {
  const chargesOf = groupBy(charges, ({ orderId }) => orderId ?? '');
  const told = new Map(
    mails.filter(({ kind }) => sayAllIsRefunded.has(kind)).map(({ orderId, kind }) => [orderId, kind]),
  );
  return orders.flatMap(({ id, status }): Violation[] => {
    const kept = sum(chargesOf.get(id) ?? [], keptOf);
    const mail = told.get(id);
    // An order that was resumed after its money came late got another email since.
    const says =
      status === 'refunded'
        ? 'the order says'
        : mail && !paidStatuses.has(status) && `the email "${mail}" says`;
    if (!says || kept <= 0) return [];
    return [
      {
        kind: 'refund_said_not_made',
        detail: `${says} that the money of order ${id} is refunded, and the provider holds ${kept}`,
        calls: idsOf(history, ({ order }) => order === id),
      },
    ];
  });
}

/** Refunds made or requested, by the shop and at the provider together, never exceed what was captured. */
export function refundsStayBelowCaptures({ refunds, charges, providerRefunds }: Evidence): Violation[] {
  const made = groupBy(
    providerRefunds.filter(({ status }) => status !== 'failed' && status !== 'canceled'),
    ({ paymentIntent }) => paymentIntent,
  );
  return charges.flatMap(({ paymentIntent, orderId, attempt, captured }): Violation[] => {
    const there = made.get(paymentIntent) ?? [];
    const known = new Set(providerRefunds.map(({ id }) => id));
    // The shop's own refunds that the provider knows are counted in its ledger.
    const onlyHere = refunds.filter(
      (refund) =>
        refund.orderId === orderId &&
        String(refund.attempt) === attempt &&
        refund.status !== 'failed' &&
        !known.has(refund.providerRef ?? ''),
    );
    const wanted = sum(there, ({ amount }) => amount) + sum(onlyHere, ({ amountMinor }) => amountMinor);
    if (wanted <= captured || onlyHere.length + there.length === 0) return [];
    return [
      {
        kind: 'refunds_above_captured',
        detail: `charge ${paymentIntent} of order ${orderId}: ${captured} captured, ${wanted} refunded or asked for`,
        calls: [],
      },
    ];
  });
}

export function refundsAreAsTheProviderSays({ payments, charges, history }: Evidence): Violation[] {
  const chargesOf = groupBy(charges, ({ orderId, attempt }) => `${orderId} ${attempt}`);
  return payments.flatMap(({ orderId, attempt, refundedMinor }): Violation[] => {
    const refunded = sum(chargesOf.get(`${orderId} ${attempt}`) ?? [], (charge) => charge.refunded);
    if (refunded === refundedMinor) return [];
    return [
      {
        kind: 'refund_differs',
        detail: `payment ${attempt} of order ${orderId}: the provider has refunded ${refunded}, the shop believes ${refundedMinor}`,
        calls: idsOf(history, ({ order }) => order === orderId),
      },
    ];
  });
}

/**
 * The shop's term for Stripe's status of a dispute. An inquiry ends without a winner. A prevented
 * dispute ends without the money.
 */
export function stateOfDispute(status: string): string {
  if (status === 'prevented') return 'lost';
  if (status === 'won' || status === 'lost') return status;
  return status === 'warning_closed' ? 'closed' : 'open';
}

export function disputesAreKnown({ disputes, charges, providerDisputes }: Evidence): Violation[] {
  const ours = new Map(disputes.map((row) => [row.providerRef, row.status]));
  const orderOf = new Map(charges.map(({ paymentIntent, orderId }) => [paymentIntent, orderId]));
  return providerDisputes
    .filter(
      ({ id, paymentIntent, status }) =>
        orderOf.has(paymentIntent) && ours.get(id) !== stateOfDispute(status),
    )
    .map(({ id, paymentIntent, status }) => ({
      kind: 'dispute_unseen',
      detail: `dispute ${id} of order ${orderOf.get(paymentIntent)} is ${status}, and in the shop's books it is ${ours.get(id) ?? 'not there'}`,
      calls: [],
    }));
}
