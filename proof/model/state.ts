import type { OrderStatus } from '#lib/orders/schema.ts';
import type { ChargeStatus } from '#lib/payment-provider/provider.ts';
import type { PaymentStatus } from '#lib/payment-provider/statuses.ts';
import type { Part } from '#proof/model/guards.ts';

/**
 * All that the model knows at one moment: the rows of the database, what stands in Redis, the
 * provider's book, every piece of work with the place it has reached, and what shoppers were told.
 */
export interface State {
  carts: { version: number; ordered: boolean }[];
  /** What is left of the one product that all carts want. */
  left: number;
  orders: Order[];
  payments: Payment[];
  /** By submission: free, held by some work, or the order that was its answer. */
  claims: ('free' | 'held' | number)[];
  /** By shopper. */
  locks: boolean[];
  charges: Charge[];
  /** The rows as they were when they were copied; 'used' once the database was restored from them. */
  backup?: Rows | 'used';
  /** Requests to charge that have left and may arrive at any time, whatever became of their sender. */
  wire: Asking[];
  works: Work[];
  /** By submission, and by card that is tried next: how often it was sent. */
  sent: number[];
  cardsSent: number[];
  /** By submission: the order that its shopper was told they have, once they were. */
  told: (number | undefined)[];
  /** What may still go wrong. */
  chances: Chances;
  /** Somebody was told what isn't so. */
  lie?: string;
}

/** How often each thing may happen in one run: the bounds of the exploration. */
export interface Chances {
  /** A process dies with the work that it is at. */
  crash: number;
  /** A reply is lost: of a COMMIT, of the provider, of the shop to a shopper or to the provider. */
  loss: number;
  /** Redis is flushed, or a lease runs out. */
  redis: number;
  /** The shopper edits the cart in another tab. */
  edit: number;
  /** The clock passes the end of an order's hold. */
  hold: number;
  /** The database is restored to an earlier state. */
  restore: number;
  /** The shopper confirms a declined charge with another card, past the shop. */
  again: number;
  /** A day passes after an order's hold has ended it. */
  day: number;
}

/** What is in the database. */
export type Rows = Pick<State, 'carts' | 'left' | 'orders' | 'payments'>;

/** The order of a charge that a restored database has lost, and that no other order will be. */
export const lostOrder = -1;

/** A request to charge, with what the provider needs to know. */
interface Asking {
  order: number;
  /** Of whose order it is. */
  submission: number;
  attempt: number;
  card: Card;
}

export interface Order {
  submission: number;
  /** Whose token it carries. */
  token: number;
  cart: number;
  /** The version of the cart that its lines were copied from. */
  contents: number;
  status: OrderStatus;
  version: number;
  accepted: boolean;
  /** Whether the job for holds changed it last. */
  endedByHold: boolean;
  holdIsOver: boolean;
  /** More than a day ago. */
  endedLongAgo?: true;
}

export interface Payment {
  order: number;
  attempt: number;
  card: Card;
  status: PaymentStatus;
  version: number;
  /** The job that is enqueued with a refusal and calls its charge off. It is due `again` when it is enqueued while it runs. */
  cancelCharge?: 'due' | 'again' | 'done';
}

/** What the provider does with a card; `invoice` is none. */
export type Card = 'invoice' | 'pays' | 'declines' | 'asksBank' | 'takesDays';

interface Charge {
  /** Undefined while it was made for no order: only when the card is charged first. */
  order: number | undefined;
  submission: number;
  attempt: number;
  status: ChargeStatus;
  givenBack: boolean;
  /** Something happened to it that the shop was not told yet. */
  event: boolean;
}

/** Something a process is at: a request, a job, or the receipt of an event. */
export interface Work {
  /** For the story only. */
  name: string;
  kind: 'submission' | 'nextCard' | 'job' | 'event' | 'hold' | 'cancelCharge';
  at: Place;
  submission?: number;
  card?: number;
  order?: number;
  attempt?: number;
  /** Its shopper had been told of an order before it was sent. */
  afterAnswer?: boolean;
  /** Whether the claim that it took still stands, and the lock. */
  claim?: 'mine' | 'lost';
  lock?: 'mine' | 'lost';
  /** The payment's version when the provider was asked. */
  seen?: number;
  finding?: ChargeStatus | 'absent' | 'unknown';
  /** What a transaction that locks nothing has read and decided. */
  plan?: Plan;
  answer?: Answer;
  isTold?: boolean;
  isClaimSettled?: boolean;
}

type Place =
  | 'claim'
  | 'chargeFirst'
  | 'read'
  | 'write'
  | 'look'
  | 'ask'
  | 'asked'
  | 'settle'
  | 'apply'
  | 'end'
  | 'answer';

/**
 * `order`: it stands, the shopper has it. `refused`: their card was; the order waits. `no`: nothing was
 * ordered. `later`: nobody can say yet.
 */
export type Answer = 'order' | 'refused' | 'no' | 'later';

/** What a transaction is going to write, decided on rows as they were when it read them. */
export interface Plan {
  newOrder?: { contents: number };
  nextAttempt?: { orderVersion: number; attempt: number };
  settlement?: {
    orderVersion: number;
    payment?: PaymentStatus;
    order?: OrderStatus;
    takeStock?: boolean;
    accepts?: boolean;
    cancelCharge?: true;
  };
}

/** One story's beginning and bounds. */
export interface Scenario {
  name: string;
  /** What is tried out, for the page and the command. */
  about: string;
  stock: number;
  /** By cart, its shopper. */
  carts: { shopper: number }[];
  submissions: Submission[];
  /** Cards that are tried when the first one was declined: attempt 2 of the first order. */
  nextCards?: { name: string; card: Card; times: number }[];
  /** What a declined charge may be confirmed with again. */
  againWith?: ('pays' | 'asksBank' | 'takesDays')[];
  chances: Chances;
  /** How many jobs for unsettled payments may be at work at once. */
  jobs: number;
}

interface Submission {
  name: string;
  cart: number;
  /** The version of the cart that the page showed. */
  version: number;
  shipping: 'standard' | 'express';
  card: Card;
  /** How often it is sent: clicks, retries of the browser, of a proxy, of the shopper. */
  times: number;
  /** The submission whose token it carries, if not its own: a page that was tampered with. */
  tokenOf?: number;
}

/** A scenario with some parts taken away. */
export interface World {
  scenario: Scenario;
  dropped: ReadonlySet<Part>;
}

export function firstState({ stock, carts, submissions, nextCards, chances }: Scenario): State {
  return {
    carts: carts.map(() => ({ version: 1, ordered: false })),
    left: stock,
    orders: [],
    payments: [],
    claims: submissions.map(() => 'free'),
    locks: carts.map(() => false),
    charges: [],
    wire: [],
    works: [],
    sent: submissions.map(() => 0),
    cardsSent: (nextCards ?? []).map(() => 0),
    told: submissions.map(() => undefined),
    chances: { ...chances },
  };
}

export const rowsOf = ({ carts, left, orders, payments }: Rows): Rows => ({
  carts: copies(carts),
  left,
  orders: copies(orders),
  payments: copies(payments),
});

const copies = <Row extends object>(rows: Row[]): Row[] => rows.map((row) => ({ ...row }));

/** A copy that can be written to. Plans are never changed once they are made, so they are shared. */
export function copyOf(state: State): State {
  return {
    ...state,
    carts: copies(state.carts),
    orders: copies(state.orders),
    payments: copies(state.payments),
    claims: [...state.claims],
    locks: [...state.locks],
    charges: copies(state.charges),
    wire: [...state.wire],
    works: copies(state.works),
    sent: [...state.sent],
    cardsSent: [...state.cardsSent],
    told: [...state.told],
    chances: { ...state.chances },
  };
}

/** Works have no identity but where they are: two requests that changed places make the same state. */
export function keyOf(state: State): string {
  const { carts, left, orders, payments, claims, locks, charges, wire, works, sent, cardsSent, told } = state;
  const rows = [carts, orders, payments, charges].map((table) => table.map(valuesOf).join(';'));
  const backup = state.backup && JSON.stringify(state.backup);
  const rest = [left, claims, locks, sent, cardsSent, told, valuesOf(state.chances), state.lie, backup].join(
    '|',
  );
  return `${rows.join('|')}|${rest}|${wire.map(valuesOf).sort().join(';')}|${works.map(placeOf).sort().join(';')}`;
}

const valuesOf = (row: object) => Object.values(row).join();

/** Everything but its name, always in the same order. */
function placeOf(work: Work): string {
  const { kind, at, submission, card, order, attempt, afterAnswer, claim, lock, seen, finding, answer } =
    work;
  const plan = work.plan && JSON.stringify(work.plan);
  const ways = [afterAnswer, claim, lock, work.isTold, work.isClaimSettled].join();
  return [kind, at, submission, card, order, attempt, ways, seen, finding, answer, plan].join();
}

/** Adds what may happen next: what the story says, and what it does to a copy of the state. */
export type Add = (says: string, change: (next: State) => void) => void;

export function workAt({ works }: State, index: number): Work {
  const work = works[index];
  if (!work) throw new Error(`there is no work ${index}`);
  return work;
}
