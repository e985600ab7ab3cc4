import type { Decision } from '#lib/orders/decide/decide.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import type { ErrorInLog } from '#lib/platform/text/describe-error.ts';

/** What the thread of the order writer is told. Messages copy their data, so errors travel as data, too. */
export type ToThread =
  /** Submissions, numbered from `first` on. */
  | { first: number; orderRequests: OrderRequest[] }
  /** No more submissions come: finish those admitted, close the connections and end. */
  | { end: true };

/** What it tells. `ready` is the first message: it takes submissions. */
export type FromThread =
  | { ready: true }
  /** `batches`: how many submissions each batch has that began since the last message. */
  | { batches: number[]; results: Result[] };

export type Result = { id: number } & ({ decision: Decision } | { failure: Failure });

/** Why a submission has no decision. */
export interface Failure {
  /** `overloaded`: no work was started. `unavailable`: the database did not answer. */
  kind: 'overloaded' | 'unavailable' | 'error';
  /** Without anything that a shopper wrote. */
  error: ErrorInLog;
}
