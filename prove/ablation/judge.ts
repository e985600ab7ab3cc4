import { checkHistory, type Evidence, type Violation, type ViolationKind } from '../check-history.ts';
import type { Call } from '../history.ts';

/**
 * What is decided about a trial: everything that `check-history.ts` decides about a run, and some
 * promises that only a trial can judge, because it knows what its shoppers saw and meant.
 */

export type FoundKind =
  | ViolationKind
  /** An order is not what its shopper confirmed. */
  | 'ordered_otherwise'
  /** Somebody was told "ordered", and the shop has not written that down: the card may still be refused. */
  | 'accepted_too_soon'
  /** An order that was promised has ended, and nobody had asked for that. */
  | 'promise_withdrawn'
  /** A submission was sent until its shopper lost patience, and no answer said what became of it. */
  | 'never_answered'
  | 'two_open_carts';

export interface Found extends Omit<Violation, 'kind'> {
  kind: FoundKind;
}

/** What a shopper saw on the page of the checkout. */
export interface Confirmed {
  lines: Readonly<Record<string, number>>;
  totalMinor: number;
}

export interface TrialEvidence extends Evidence {
  /** By token. */
  confirmed: ReadonlyMap<string, Confirmed>;
  /** Ids of the orders of which the shop has written down that they were accepted. */
  accepted: ReadonlySet<string>;
  /** Shoppers with more than one open cart. */
  severalCarts: readonly string[];
}

export function judge(evidence: TrialEvidence): Found[] {
  return [
    ...checkHistory(evidence),
    ...ordersAreWhatWasConfirmed(evidence),
    ...acceptedIsWrittenDown(evidence),
    ...promisesStand(evidence),
    ...everybodyIsAnswered(evidence),
    ...evidence.severalCarts.map(
      (shopper): Found => ({ kind: 'two_open_carts', detail: `of shopper ${shopper}`, calls: [] }),
    ),
  ];
}

function ordersAreWhatWasConfirmed({ orders, lines, confirmed }: TrialEvidence): Found[] {
  return orders.flatMap(({ id, submitToken, totalMinor }): Found[] => {
    const seen = confirmed.get(submitToken);
    if (!seen) return [];
    const ordered = lines.filter(({ orderId }) => orderId === id);
    const same =
      totalMinor === seen.totalMinor &&
      ordered.length === Object.keys(seen.lines).length &&
      ordered.every(({ sku, quantity }) => seen.lines[sku] === quantity);
    if (same) return [];
    const what = ordered.map(({ sku, quantity }) => `${quantity} ${sku}`).join(', ');
    const detail = `order ${id} is ${what} for ${totalMinor}, and confirmed was ${JSON.stringify(seen)}`;
    return [{ kind: 'ordered_otherwise', detail, calls: [] }];
  });
}

const isOrder = ({ kind }: Call) => kind === 'order';
const wasAccepted = (call: Call) => isOrder(call) && call.status === 201;

function acceptedIsWrittenDown({ history, accepted }: TrialEvidence): Found[] {
  return history
    .filter((call) => wasAccepted(call) && !accepted.has(call.order ?? ''))
    .map(({ id, order }) => ({ kind: 'accepted_too_soon', detail: `order ${order}`, calls: [id] }));
}

function promisesStand({ history, orders }: TrialEvidence): Found[] {
  const promised = new Set(history.filter(wasAccepted).map(({ order }) => order));
  const cancelled = new Set(history.filter(({ kind }) => kind === 'cancel').map(({ order }) => order));
  return orders
    .filter(({ id, status }) => ['cancelled', 'refunded'].includes(status) && promised.has(id))
    .filter(({ id }) => !cancelled.has(id))
    .map(({ id, status }) => ({ kind: 'promise_withdrawn', detail: `order ${id} is ${status}`, calls: [] }));
}

function everybodyIsAnswered({ history }: TrialEvidence): Found[] {
  const submissions = Map.groupBy(history.filter(isOrder), ({ token, sent }) => `${token} ${sent}`);
  return [...submissions.values()]
    .filter((calls) => calls.every(({ outcome }) => outcome === 'unknown'))
    .map((calls) => ({
      kind: 'never_answered',
      detail: `token ${calls[0]?.token} was sent ${calls.length} times`,
      calls: calls.map(({ id }) => id),
    }));
}
