import type { OrderStatus } from '#lib/orders/schema.ts';
import type { ChargeStatus } from '#lib/payment-provider/provider.ts';
import type { PaymentStatus } from '#lib/payment-provider/statuses.ts';
import type { Part } from '#proof/model/guards.ts';

/**
 * The model's state at one moment: database rows, Redis, the provider's ledger, every work in progress
 * with its position, and the answers that shoppers got.
 */
export interface State {
  carts: { version: number; ordered: boolean }[];
  /** Units left of the one product that all carts want. */
  left: number;
  /** The stock ledger. */
  moves: Move[];
  orders: Order[];
  payments: Payment[];
  /** By submission: free, held by some work, or the order that was its answer. */
  claims: ('free' | 'held' | number)[];
  /** By shopper. */
  locks: boolean[];
  charges: Charge[];
  /** The rows when the backup was made; 'used' once the database was restored from it. */
  backup?: Rows | 'used';
  /** Charge requests in transit. They may arrive at any time, even if their sender has died. */
  wire: Asking[];
  works: Work[];
  /** By submission, and by next card: how often it was sent. */
  sent: number[];
  cardsSent: number[];
  /** By submission: the order in its shopper's answer, once there was one. */
  told: (number | undefined)[];
  /** What may still go wrong. */
  chances: Chances;
  /** A false answer that a shopper got. */
  lie?: string;
}

/** How often each event may happen in one run: the bounds of the exploration. */
export interface Chances {
  /** A process dies during its work. */
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
  /** The shopper confirms a declined charge with another card, directly at the provider. */
  again: number;
  /** A day passes after an order ended with its hold. */
  day: number;
  /** A row of the stock ledger is restored from a copy, and moves no stock. */
  unbooked: number;
  /** A reconciliation finds a difference, and repairs it. */
  reconcile: number;
}

/** The database's content. */
export type Rows = Pick<State, 'carts' | 'left' | 'moves' | 'orders' | 'payments'>;

/** Represents the order of a charge that a restored database has lost. No other order gets this number. */
export const lostOrder = -1;

/** A row of the stock ledger. */
interface Move {
  /** Undefined for a row that is not an order's. */
  order: number | undefined;
  turn: number;
  units: number;
}

/** A charge request with the data that the provider needs. */
interface Asking {
  order: number;
  /** The submission that made the order. */
  submission: number;
  attempt: number;
  card: Card;
}

export interface Order {
  submission: number;
  /** The submission whose token it carries. */
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
  /** How often it has ended. */
  ends: number;
  /** A job releases its unit: only if its end does not. */
  release?: 'due' | undefined;
  /** More than a day ago. */
  endedLongAgo?: true;
}

export interface Payment {
  order: number;
  attempt: number;
  card: Card;
  status: PaymentStatus;
  version: number;
  /**
   * The job that a refusal enqueues to cancel its charge. It becomes `again` if it is enqueued while it
   * runs.
   */
  cancelCharge?: 'due' | 'again' | 'done';
}

/** What the provider does with a card; `invoice` means no card. */
export type Card = 'invoice' | 'pays' | 'declines' | 'asksBank' | 'takesDays';

interface Charge {
  /** Undefined if the charge has no order yet: only when the card is charged first. */
  order: number | undefined;
  submission: number;
  attempt: number;
  status: ChargeStatus;
  givenBack: boolean;
  /** The shop has not been told about its last change. */
  event: boolean;
}

/** Work in progress: a request, a job, or the receipt of an event. */
export interface Work {
  /** For the story only. */
  name: string;
  kind: 'submission' | 'nextCard' | 'job' | 'event' | 'hold' | 'cancelCharge' | 'repair' | 'books';
  at: Place;
  submission?: number;
  card?: number;
  order?: number;
  attempt?: number;
  /** Its shopper already had an order as the answer before it was sent. */
  afterAnswer?: boolean;
  /** Whether the claim that it took is still its own, and the lock. */
  claim?: 'mine' | 'lost';
  lock?: 'mine' | 'lost';
  /** The payment's version when the provider was queried. */
  seen?: number;
  finding?: ChargeStatus | 'absent' | 'unknown';
  /** What a transaction without locks has read and decided. */
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
  | 'compare'
  | 'book'
  | 'answer';

/**
 * `order`: the shopper has the order. `refused`: the card was refused, and the order waits. `no`:
 * nothing was ordered. `later`: the outcome is not known yet.
 */
export type Answer = 'order' | 'refused' | 'no' | 'later';

/** What a transaction will write. It was decided on the rows as it read them. */
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
  /** The units by which stock and ledger differ. */
  difference?: number;
}

/** The first state and the bounds of an exploration. */
export interface Scenario {
  name: string;
  /** What the scenario tries, for the page and the command. */
  about: string;
  stock: number;
  /** The shopper of each cart. */
  carts: { shopper: number }[];
  submissions: Submission[];
  /** Cards that are tried after the first one was declined: attempt 2 of the first order. */
  nextCards?: { name: string; card: Card; times: number }[];
  /** Cards that may confirm a declined charge. */
  againWith?: ('pays' | 'asksBank' | 'takesDays')[];
  chances: Chances;
  /** How many jobs for unsettled payments may run at the same time. */
  jobs: number;
}

interface Submission {
  name: string;
  cart: number;
  /** The version of the cart that the page showed. */
  version: number;
  shipping: 'standard' | 'express';
  card: Card;
  /** How often it is sent: clicks, and retries of the browser, a proxy or the shopper. */
  times: number;
  /** The submission whose token it carries, if not its own: a page that was tampered with. */
  tokenOf?: number;
}

/** A scenario without some parts. */
export interface World {
  scenario: Scenario;
  dropped: ReadonlySet<Part>;
}

export function firstState({ stock, carts, submissions, nextCards, chances }: Scenario): State {
  return {
    carts: carts.map(() => ({ version: 1, ordered: false })),
    left: stock,
    moves: [],
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

export const rowsOf = ({ carts, left, moves, orders, payments }: Rows): Rows => ({
  carts: copies(carts),
  left,
  moves: [...moves],
  orders: copies(orders),
  payments: copies(payments),
});

const copies = <Row extends object>(rows: Row[]): Row[] => rows.map((row) => ({ ...row }));

/** A copy that can be written to. Plans never change after they are created, so they are shared. */
export function copyOf(state: State): State {
  return {
    ...state,
    carts: copies(state.carts),
    moves: [...state.moves],
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

/** Works are identified by their position only: two requests in swapped positions are the same state. */
export function keyOf(state: State): string {
  const { carts, left, orders, payments, claims, locks, charges, wire, works, sent, cardsSent, told } = state;
  const moves = state.moves.map(valuesOf).sort().join(';');
  const rows = [carts, orders, payments, charges].map((table) => table.map(valuesOf).join(';'));
  const backup = state.backup && JSON.stringify(state.backup);
  const rest = [
    left,
    moves,
    claims,
    locks,
    sent,
    cardsSent,
    told,
    valuesOf(state.chances),
    state.lie,
    backup,
  ].join('|');
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

/** Adds a possible next step: a line of the story, and a change to a copy of the state. */
export type Add = (says: string, change: (next: State) => void) => void;

export function workAt({ works }: State, index: number): Work {
  const work = works[index];
  if (!work) throw new Error(`there is no work ${index}`);
  return work;
}
