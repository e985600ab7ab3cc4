import type { History } from '#proof/chaos/history.ts';
import type { Lab } from '#proof/chaos/lab/lab.ts';
import type { Shopper, Submission } from '#proof/chaos/load/shopper.ts';

/** What a workload works with. */
export interface Scene {
  lab: Lab;
  history: History;
  /** How often an impatient shopper's clicks are sent: once where the button locks itself. */
  clicks: number;
  /** Somebody new, with an empty cart; from a network of their own, or from one that they share. */
  shopper(network?: string): Shopper;
}

/** Something that shoppers do and that could go wrong without a guard. */
export interface Workload {
  /** In a few words, for the table. */
  about: string;
  /** What there is to buy, and how many of it. */
  goods: Readonly<Record<string, number>>;
  /** Submissions that were meant, each of which is to become one order at most. */
  checkouts: number;
  /** Whether the process of jobs runs, too. */
  worker?: true;
  /** Whether nginx stands before the processes, as long as it is not taken away. */
  edge?: true;
  /** Connections of each process's order writer; one where nothing is said. */
  writers?: number;
  /** Parts of what the shop rightly complains of in it. */
  mayComplain?: readonly string[];
  /** How long each piece of traffic with the database takes, in milliseconds. */
  databaseMs?: number;
  /** Fills the carts; what it gives back does what is measured. */
  prepare(scene: Scene): Promise<() => Promise<void>>;
}

const plenty = 10_000;

/** As much as anybody could want of each. */
export const shelf = (...skus: string[]) => Object.fromEntries(skus.map((sku) => [sku, plenty]));

const invoice = { method: 'invoice' };
export const goodCard = { method: 'card', token: 'pm_card_visa' };
export const badCard = { method: 'card', token: 'pm_card_chargeDeclined' };

/** A cart with these lines, ready to be ordered. */
export async function readyToOrder(
  shopper: Shopper,
  lines: Readonly<Record<string, number>>,
  payment: Record<string, unknown> = invoice,
  change: Record<string, unknown> = {},
): Promise<Submission> {
  for (const [sku, quantity] of Object.entries(lines)) await shopper.put(sku, quantity);
  return submissionOf(shopper, payment, change);
}

export async function submissionOf(
  shopper: Shopper,
  payment: Record<string, unknown> = invoice,
  change: Record<string, unknown> = {},
): Promise<Submission> {
  const submission = await shopper.submission(payment, change);
  if (!submission) throw new Error('there is no checkout to be had');
  return submission;
}

/** Sends a submission several times at the same moment, to one process and the other in turn. */
export const sendAtOnce = (shopper: Shopper, submission: Submission, times: number) =>
  Promise.all(Array.from({ length: times }, (_, index) => shopper.submit(submission, { app: index % 2 })));

/** Each of them once, by turns to one process and the other. */
export const sendEach = (ready: readonly { shopper: Shopper; submission: Submission }[]) =>
  Promise.all(ready.map(({ shopper, submission }, index) => shopper.submit(submission, { app: index % 2 })));

/** Several of them, one after the other begun and all waited for. */
export const times = <T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

/** Places an order in peace; gives its id. */
export async function place(shopper: Shopper, submission: Submission): Promise<string> {
  const placed = await shopper.submitUntilKnown(submission);
  if (!placed?.orderId) throw new Error(`an order was expected, and the answer was ${placed?.status}`);
  return placed.orderId;
}
