import {
  believedOf,
  chargedOnceAndWhole,
  chargesHaveOrders,
  declinedIsOver,
  disputesAreKnown,
  isGone,
  moneyIsThereWhenFulfilled,
  refundsAreAsTheProviderSays,
  refundsStayBelowCaptures,
  refundsWereMade,
} from './check-money.ts';
import type { ChargeRow, Evidence, LineRow, OrderRow, Violation, ViolationKind } from './evidence.ts';
import { groupBy, idsOf, sum } from './grouping.ts';
import type { Call, Confirmed } from './history.ts';

/**
 * Decides whether a run kept the shop's promises. Pure. Its inputs are what the clients saw, the rows in
 * the database afterwards, and the provider's ledger. It shares no code with the shop. Each rule checks
 * the rows alone and does not rely on any database constraint.
 */

const rules: ((evidence: Evidence) => Violation[])[] = [
  oneOrderPerCartAndToken,
  chargedOnceAndWhole,
  chargesHaveOrders,
  declinedIsOver,
  moneyIsThereWhenFulfilled,
  refundsWereMade,
  refundsStayBelowCaptures,
  refundsAreAsTheProviderSays,
  disputesAreKnown,
  stockIsConserved,
  ledgerAgrees,
  acceptedOrdersStand,
  whatWasDoneIsDone,
  ordersWereAskedFor,
  ordersAreWhatWasConfirmed,
  acceptedIsWrittenDown,
  promisesStand,
  answersStayTheSame,
  acceptedStaysAccepted,
  lastAnswersAreTrue,
  everyClientIsAnswered,
  answersAreOnesOwn,
  sessionsAreOnesOwn,
  cartsAreOne,
  answersAreOfTheContract,
  everythingSettled,
];

/** Every way in which the evidence contradicts a promise; empty for a run that kept them all. */
export function checkHistory(evidence: Evidence): Violation[] {
  return rules.flatMap((rule) => rule(evidence));
}

function oneOrderPerCartAndToken({ orders, history }: Evidence): Violation[] {
  const twice = (kind: ViolationKind, what: string, key: (order: OrderRow) => string) =>
    [...groupBy(orders, key)].flatMap(([value, group]): Violation[] =>
      group.length < 2
        ? []
        : [
            {
              kind,
              detail: `${what} ${value} made ${group.length} orders: ${group.map(({ id }) => id).join(', ')}`,
              calls: idsOf(history, ({ cart, token }) => cart === value || token === value),
            },
          ],
    );
  return [
    ...twice('cart_ordered_twice', 'cart', ({ cartId }) => cartId),
    ...twice('token_of_two_orders', 'token', ({ submitToken }) => submitToken),
  ];
}

/** An ended order has returned its units to stock, unless the goods were already shipped. */
const endedStatuses = new Set(['cancelled', 'refunded']);

const holdersOf = ({ orders }: Evidence): ReadonlySet<string> =>
  new Set(
    orders.filter((order) => order.wasFulfilled || !endedStatuses.has(order.status)).map(({ id }) => id),
  );

function stockIsConserved(evidence: Evidence): Violation[] {
  const { lines, stock } = evidence;
  const holding = holdersOf(evidence);
  const linesOf = groupBy(
    lines.filter(({ orderId }) => holding.has(orderId)),
    ({ sku }) => sku,
  );
  return stock.flatMap(({ sku, initial, available }): Violation[] => {
    const sold = sum(linesOf.get(sku) ?? [], ({ quantity }) => quantity);
    const found: Violation[] = [];
    if (available === undefined)
      return [
        { kind: 'stock_not_conserved', detail: `${sku}: ${initial} before, and its row is gone`, calls: [] },
      ];
    if (available < 0 || sold > initial)
      found.push({
        kind: 'oversold',
        detail: `${sku}: ${sold} of ${initial} sold, ${available} left`,
        calls: [],
      });
    if (initial - sold !== available)
      found.push({
        kind: 'stock_not_conserved',
        detail: `${sku}: ${initial} before, ${sold} in orders, ${available} left`,
        calls: [],
      });
    return found;
  });
}

/** The stock ledger tells the same as stock and orders: its sum is the stock, and an order moved what it holds. */
function ledgerAgrees(evidence: Evidence): Violation[] {
  const { lines, stock, movements } = evidence;
  const holding = holdersOf(evidence);
  const bySku = groupBy(movements, ({ sku }) => sku);
  const stockOf = stock.flatMap(({ sku, available }): Violation[] => {
    const total = sum(bySku.get(sku) ?? [], ({ units }) => units);
    if (available === undefined || total === available) return [];
    return [
      { kind: 'ledger_differs', detail: `${sku}: ${available} left, ${total} by the ledger`, calls: [] },
    ];
  });
  const known = new Set(stock.map(({ sku }) => sku));
  const held = new Map(
    lines
      .filter(({ orderId, sku }) => holding.has(orderId) && known.has(sku))
      .map(({ orderId, sku, quantity }) => [`${orderId} ${sku}`, quantity]),
  );
  const moved = new Map(
    movements
      .filter(({ orderId }) => orderId !== null)
      .map(({ orderId, sku, units }) => [`${orderId} ${sku}`, -units]),
  );
  const wrong = [...new Set([...held.keys(), ...moved.keys()])].filter(
    (key) => (held.get(key) ?? 0) !== (moved.get(key) ?? 0),
  );
  return [
    ...stockOf,
    ...wrong.map(
      (key): Violation => ({
        kind: 'ledger_differs',
        detail: `order ${key}: holds ${held.get(key) ?? 0}, by the ledger ${moved.get(key) ?? 0}`,
        calls: [],
      }),
    ),
  ];
}

/**
 * Client and database read the same machine's clock, in whole milliseconds. This is the tolerance
 * between them.
 */
const clocksApartMs = 50;

const isOrder = ({ kind }: Call) => kind === 'order';
const wasAccepted = (call: Call) => isOrder(call) && call.status === 201;

/**
 * An accepted order is in the database under the id in the answer. It belongs to the submit token that
 * was sent or, where the cart had been ordered already (200), to that cart.
 */
function acceptedOrdersStand({ history, orders }: Evidence): Violation[] {
  const byId = new Map(orders.map((order) => [order.id, order]));
  const lost = history
    .filter((call) => isOrder(call) && call.outcome === 'ok')
    .filter(({ order, status, token, cart }) => {
      const row = byId.get(order ?? '');
      return status === 200 ? row?.cartId !== cart : row?.submitToken !== token;
    })
    .map(
      ({ id, token, status, order }): Violation => ({
        kind: 'accepted_order_lost',
        detail: `token ${token} was answered ${status} with order ${order}, and no such order exists`,
        calls: [id],
      }),
    );
  const accepted = history.filter(wasAccepted);
  const underTwo = [...groupBy(accepted, submissionOf)].flatMap(([submission, calls]): Violation[] => {
    const ids = new Set(calls.map(({ order }) => order));
    return ids.size < 2
      ? []
      : [
          {
            kind: 'accepted_under_two_ids',
            detail: `submission ${submission} was accepted as ${[...ids].join(' and ')}`,
            calls: calls.map(({ id }) => id),
          },
        ];
  });
  return [...lost, ...underTwo];
}

/**
 * Other actions answered as done have taken effect at the end of the run. A cancelled order has ended.
 * An order paid with another card is paid, unless it was cancelled later. A shopper whose order was
 * accepted can read it.
 */
function whatWasDoneIsDone({ history, orders, payments, charges }: Evidence): Violation[] {
  const byId = new Map(orders.map((order) => [order.id, order]));
  const ended = new Set([...cancelledOrders(history), ...endedElsewhere(charges)]);
  const paid = new Set(
    payments.filter((one) => believedOf(one) > 0).map(({ orderId, attempt }) => `${orderId} ${attempt}`),
  );
  const promisedMs = new Map<string, number>();
  for (const { order, endMs } of history.filter(wasAccepted))
    promisedMs.set(order ?? '', Math.min(endMs, promisedMs.get(order ?? '') ?? endMs));
  return history.flatMap((call): Violation[] => {
    const { id, kind, outcome, status, order = '', attempt, startMs } = call;
    const row = byId.get(order);
    const found = (violation: ViolationKind, what: string): Violation[] => [
      { kind: violation, detail: `order ${order} ${what}`, calls: [id] },
    ];
    if (kind === 'read' && status === 404 && startMs > (promisedMs.get(order) ?? Number.POSITIVE_INFINITY))
      return found('accepted_order_lost', 'was answered 201, and then was not there for its owner');
    if (outcome !== 'ok' || (kind !== 'cancel' && kind !== 'pay')) return [];
    if (!row) return found('accepted_order_lost', `was answered ${status} to "${kind}", and there is none`);
    if (kind === 'cancel')
      return endedStatuses.has(row.status) ? [] : found('cancelled_and_stands', `is ${row.status}`);
    if (ended.has(order) || paid.has(`${order} ${attempt}`)) return [];
    return found('promise_withdrawn', `was paid by attempt ${attempt}, and that holds no money any more`);
  });
}

/** Orders that a call may have cancelled. A refused cancellation changed nothing. */
const cancelledOrders = (history: readonly Call[]) =>
  new Set(
    history.filter(({ kind, outcome }) => kind === 'cancel' && outcome !== 'fail').map(({ order }) => order),
  );

/**
 * Orders whose money the owner or the cardholder took back at the provider. These end without a cancel
 * call.
 */
const endedElsewhere = (charges: readonly ChargeRow[]) =>
  charges.filter((charge) => charge.elsewhere && isGone(charge)).map(({ orderId }) => orderId);

/** Every order has calls with its token, and at least one of them was not told "nothing was ordered". */
function ordersWereAskedFor({ history, orders }: Evidence): Violation[] {
  const callsOf = groupBy(history.filter(isOrder), submissionOf);
  return orders.flatMap(({ id, userId, submitToken }): Violation[] => {
    const calls = callsOf.get(`${userId} ${submitToken}`) ?? [];
    if (calls.length === 0)
      return [{ kind: 'order_without_request', detail: `order ${id} of token ${submitToken}`, calls: [] }];
    if (!calls.every(({ outcome }) => outcome === 'fail')) return [];
    return [
      {
        kind: 'order_after_refusals',
        detail: `order ${id} exists, and every call with token ${submitToken} was refused`,
        calls: calls.map((call) => call.id),
      },
    ];
  });
}

/** An order has the items and the total that the shopper confirmed under its token. */
function ordersAreWhatWasConfirmed({ history, orders, lines }: Evidence): Violation[] {
  const linesOf = groupBy(lines, ({ orderId }) => orderId);
  const callsOf = groupBy(history.filter(isOrder), submissionOf);
  return orders.flatMap((order): Violation[] => {
    const calls = callsOf.get(`${order.userId} ${order.submitToken}`) ?? [];
    const confirmed = calls.flatMap((call) => call.confirmed ?? []);
    const ordered = linesOf.get(order.id) ?? [];
    if (confirmed.length === 0 || confirmed.some((seen) => isOrdered(seen, order, ordered))) return [];
    const what = ordered.map(({ sku, quantity }) => `${quantity} ${sku}`).join(', ');
    return [
      {
        kind: 'ordered_otherwise',
        detail: `order ${order.id} is ${what} for ${order.totalMinor}, and confirmed was ${JSON.stringify(confirmed[0])}`,
        calls: calls.map(({ id }) => id),
      },
    ];
  });
}

function isOrdered({ lines, totalMinor }: Confirmed, order: OrderRow, ordered: readonly LineRow[]): boolean {
  if (totalMinor !== order.totalMinor) return false;
  if (!lines) return true;
  return (
    ordered.length === Object.keys(lines).length &&
    ordered.every(({ sku, quantity }) => lines[sku] === quantity)
  );
}

/** Orders that are accepted before the shopper's bank has decided. */
const ordersOfBanks = (history: readonly Call[]) =>
  new Set(history.filter(({ bankDecides }) => bankDecides).map(({ order }) => order));

function acceptedIsWrittenDown({ history, orders }: Evidence): Violation[] {
  const leftToTheBank = ordersOfBanks(history);
  const byId = new Map(orders.map((order) => [order.id, order]));
  return history.filter(wasAccepted).flatMap(({ id, order }): Violation[] => {
    const row = byId.get(order ?? '');
    const found = (what: string): Violation[] => [
      { kind: 'accepted_too_soon', detail: `order ${order} was answered 201, and ${what}`, calls: [id] },
    ];
    if (!row?.accepted) return found('the shop has not written that down');
    if (row.status === 'payment_declined' && !row.wasUnknown && !leftToTheBank.has(row.id))
      return found('its card was refused, about which there was never a doubt');
    return [];
  });
}

/**
 * An accepted order that is paid, or need not be paid yet, is kept. Only a cancellation here, or money
 * taken back at the provider, may end it. An order whose card turned out to be refused afterwards was
 * not charged, and ends with its unpaid hold.
 */
function promisesStand({ history, orders, payments, charges }: Evidence): Violation[] {
  const promised = new Set(history.filter(wasAccepted).map(({ order }) => order));
  const ended = new Set([...cancelledOrders(history), ...endedElsewhere(charges)]);
  const charged = new Set(charges.filter(({ authorized }) => authorized > 0).map(({ orderId }) => orderId));
  const leftToTheBank = ordersOfBanks(history);
  const byCard = new Set(payments.filter(({ method }) => method === 'card').map(({ orderId }) => orderId));
  return orders
    .filter(({ id, status }) => endedStatuses.has(status) && promised.has(id) && !ended.has(id))
    .filter(
      ({ id, wasUnknown }) => charged.has(id) || !byCard.has(id) || !(wasUnknown || leftToTheBank.has(id)),
    )
    .map(({ id, status }) => ({
      kind: 'promise_withdrawn',
      detail: `order ${id} was accepted and is ${status}, without a request for that`,
      calls: idsOf(history, ({ order }) => order === id),
    }));
}

/**
 * When nothing is in progress any more, "nothing was ordered" is true, or the token was used with
 * another body.
 */
function lastAnswersAreTrue({ history, orders }: Evidence): Violation[] {
  const bodiesOf = groupBy(history.filter(isOrder), submissionOf);
  const isAnothers = (call: Call) =>
    call.code === 'key_reused' && bodiesOf.get(submissionOf(call))?.some(({ sent }) => sent !== call.sent);
  const placedMs = new Map(orders.map((order) => [`${order.userId} ${order.submitToken}`, order.placedMs]));
  const acceptedOf = groupBy(history.filter(wasAccepted), submissionOf);
  // A sold-out item may be in stock again when the same submission is sent later. The order then dates
  // from after that refusal. If both are closer than the clocks tell, it may be from a call that began later:
  // the same submission with another body, such as one that confirms a second order.
  const wasOrderedBefore = (call: Call) => {
    const sinceMs = call.startMs - (placedMs.get(submissionOf(call)) ?? Number.POSITIVE_INFINITY);
    if (Math.abs(sinceMs) > clocksApartMs) return sinceMs > 0;
    return !acceptedOf
      .get(submissionOf(call))
      ?.every(({ sent, startMs }) => sent !== call.sent && startMs >= call.startMs);
  };
  return history
    .filter(({ again, outcome, code }) => again && outcome === 'fail' && !doorCodes.has(code ?? ''))
    .filter((call) => wasOrderedBefore(call) && !isAnothers(call))
    .map(({ id, token, code }) => ({
      kind: 'refused_and_ordered',
      detail: `token ${token} was answered ${code}, and its order exists`,
      calls: [id],
    }));
}

/**
 * Each submission gets an answer. One that was sent again at the end of the run gets an answer to that
 * call, too.
 */
function everyClientIsAnswered({ history }: Evidence): Violation[] {
  const saysNothing = ({ outcome, code }: Call) => outcome === 'unknown' || code === 'overloaded';
  return [...groupBy(history.filter(isOrder), (call) => `${submissionOf(call)} ${call.sent}`)]
    .filter(([, calls]) => {
      const again = calls.filter((call) => call.again);
      return calls.every(saysNothing) || (again.length > 0 && again.every(saysNothing));
    })
    .map(([submission, calls]) => ({
      kind: 'never_answered',
      detail: `submission ${submission} was sent ${calls.length} times`,
      calls: calls.map(({ id }) => id),
    }));
}

/**
 * A replay has the same bytes. A cart has one outcome: either "ordered", or "already ordered by another
 * submission".
 */
function answersStayTheSame({ history }: Evidence): Violation[] {
  const accepted = history.filter((call) => isOrder(call) && (call.status === 201 || call.status === 200));
  return [...groupBy(accepted, (call) => `${submissionOf(call)} ${call.sent}`)].flatMap(
    ([submission, calls]): Violation[] =>
      new Set(calls.map(({ answer }) => answer)).size < 2
        ? []
        : [
            {
              kind: 'answers_differ',
              detail: `the same submission (${submission}) was answered with other bytes`,
              calls: calls.map(({ id }) => id),
            },
          ],
  );
}

/** Answers given before a submission is read. They mean "try again later" and refuse nothing. */
const doorCodes = new Set(['overloaded', 'rate_limited']);

/** A submission that was accepted is not told "nothing was ordered" when it is sent again. */
function acceptedStaysAccepted({ history }: Evidence): Violation[] {
  const submissions = groupBy(history.filter(isOrder), (call) => `${submissionOf(call)} ${call.sent}`);
  return [...submissions].flatMap(([submission, calls]): Violation[] => {
    const since = Math.min(...calls.filter(({ status }) => status === 201).map(({ endMs }) => endMs));
    const refused = calls.filter(
      ({ startMs, status, outcome, code }) =>
        startMs > since && (status === 402 || (outcome === 'fail' && !doorCodes.has(code ?? ''))),
    );
    if (refused.length === 0) return [];
    return [
      {
        kind: 'refused_after_accepted',
        detail: `the same submission (${submission}) was accepted and then answered ${refused[0]?.code}`,
        calls: refused.map(({ id }) => id),
      },
    ];
  });
}

/** An answer names only orders of the shopper who sent the call. */
function answersAreOnesOwn({ history, orders }: Evidence): Violation[] {
  const ownerOf = new Map(orders.map(({ id, userId }) => [id, userId]));
  return history.flatMap(({ id, kind, outcome, shopper, order }): Violation[] => {
    const owner = ownerOf.get(order ?? '');
    // A refused call about an order carries the id from its own request.
    const named = outcome === 'ok' || kind === 'order';
    if (!named || owner === undefined || owner === shopper) return [];
    return [
      {
        kind: 'answer_of_another_shopper',
        detail: `${kind} of shopper ${shopper} was answered with order ${order} of ${owner}`,
        calls: [id],
      },
    ];
  });
}

/** Two independent clients are two shoppers. */
function sessionsAreOnesOwn({ history }: Evidence): Violation[] {
  return [...groupBy(history, ({ shopper }) => shopper)].flatMap(([shopper, calls]): Violation[] => {
    const clients = new Set(calls.map(({ client }) => client));
    if (shopper === '' || clients.size < 2) return [];
    return [
      {
        kind: 'session_of_two_clients',
        detail: `clients ${[...clients].join(' and ')} are both shopper ${shopper}`,
        calls: calls.map(({ id }) => id),
      },
    ];
  });
}

function cartsAreOne({ severalCarts }: Evidence): Violation[] {
  return severalCarts.map((shopper) => ({
    kind: 'two_open_carts',
    detail: `shopper ${shopper} has several open carts`,
    calls: [],
  }));
}

/** Whatever fails behind the shop, it answers with a retryable 503, never with a 500. */
function answersAreOfTheContract({ history }: Evidence): Violation[] {
  return history
    .filter(({ status }) => status === 500)
    .map(({ id, kind }) => ({ kind: 'internal_error', detail: `${kind} was answered 500`, calls: [id] }));
}

/** Once everything works again, no order may stay open for ever. */
const openOrders = new Set(['payment_pending', 'payment_processing', 'payment_unknown']);

function everythingSettled({ orders, history }: Evidence): Violation[] {
  return orders
    .filter(({ status }) => openOrders.has(status))
    .map(({ id, status }) => ({
      kind: 'never_settled',
      detail: `order ${id} is still ${status}`,
      calls: idsOf(history, ({ order }) => order === id),
    }));
}

const submissionOf = ({ shopper, token }: Call) => `${shopper} ${token}`;
