import type { History } from '#proof/chaos/checker/history.ts';
import type { Harness } from '#proof/harness/harness.ts';
import type { RecordedShopper, Submission } from '#proof/harness/shopper/recorded-shopper.ts';

/** What a workload works with. */
export interface Scene {
  harness: Harness;
  history: History;
  /** How often an impatient shopper's clicks are sent: once if the button disables itself. */
  clicks: number;
  /** A new shopper with an empty cart, from a network of its own or from the given one. */
  shopper(network?: string): RecordedShopper;
}

/** An action of shoppers that could go wrong without a guard. */
export interface Workload {
  /** A short text for the table. */
  about: string;
  /** The stock: units by sku. */
  goods: Readonly<Record<string, number>>;
  /** Intended submissions. Each may become at most one order. */
  checkouts: number;
  /** Whether the worker runs, too. */
  worker?: true;
  /** Whether the operator's process runs, too. */
  operator?: true;
  /** Whether nginx is in front of the processes, unless it is removed as a guard. */
  edge?: true;
  /** Connections of each process's order writer; 1 if undefined. */
  writers?: number;
  /** Parts of error messages that are correct in this workload. */
  mayComplain?: readonly string[];
  /** How long each chunk of database traffic takes, in milliseconds. */
  databaseMs?: number;
  /** Fills the carts. Resolves with the function to measure. */
  prepare(scene: Scene): Promise<() => Promise<void>>;
}

const plenty = 10_000;

/** More than enough of each. */
export const shelf = (...skus: string[]) => Object.fromEntries(skus.map((sku) => [sku, plenty]));

const invoice = { method: 'invoice' };
export const goodCard = { method: 'card', token: 'pm_card_visa' };
export const badCard = { method: 'card', token: 'pm_card_chargeDeclined' };

/** A cart with these lines, ready to be ordered. */
export async function readyToOrder(
  shopper: RecordedShopper,
  lines: Readonly<Record<string, number>>,
  payment: Record<string, unknown> = invoice,
  change: Record<string, unknown> = {},
): Promise<Submission> {
  for (const [sku, quantity] of Object.entries(lines)) await shopper.put(sku, quantity);
  return submissionOf(shopper, payment, change);
}

export async function submissionOf(
  shopper: RecordedShopper,
  payment: Record<string, unknown> = invoice,
  change: Record<string, unknown> = {},
): Promise<Submission> {
  const submission = await shopper.submission(payment, change);
  if (!submission) throw new Error('the shop offered no checkout');
  return submission;
}

/** Sends a submission several times at the same moment, alternating between the two processes. */
export const sendTogether = (shopper: RecordedShopper, submission: Submission, times: number) =>
  Promise.all(Array.from({ length: times }, (_, index) => shopper.submit(submission, { app: index % 2 })));

/** Sends each submission once, alternating between the two processes. */
export const sendEach = (ready: readonly { shopper: RecordedShopper; submission: Submission }[]) =>
  Promise.all(ready.map(({ shopper, submission }, index) => shopper.submit(submission, { app: index % 2 })));

/** Starts several of them and waits for all. */
export const times = <T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

/** Places an order without interference and resolves with its id. */
export async function place(shopper: RecordedShopper, submission: Submission): Promise<string> {
  const placed = await shopper.submitUntilKnown(submission);
  if (!placed?.orderId) throw new Error(`an order was expected, and the answer was ${placed?.status}`);
  return placed.orderId;
}
