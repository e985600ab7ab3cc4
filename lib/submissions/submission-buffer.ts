import type { Layer, Submitted } from '#lib/submissions/trail.ts';

/** The answer to one request, or to several equal ones of a flood. */
export interface SubmissionRecord {
  id: string;
  submitted: Submitted;
  /** The order that the answer names. */
  orderId: string | undefined;
  requestId: string;
  layer: Layer;
  outcome: string;
  status: number;
  /** Whether this request made the order or the attempt. */
  made: boolean;
  /** The value of `performance.now()` when the first of the requests arrived. */
  beganAt: number;
  tookMs: number;
  ip: string | undefined;
  copies: number;
  /** The trace of the first of the requests, if it is recorded. */
  traceId?: string | undefined;
}

interface BufferLimits {
  /** Records that wait to be written. Further ones are lost. */
  waiting: number;
  /** Requests of one shopper within a window that get a record each. Equal ones after them share a record. */
  ofShopper: number;
  windowMs: number;
  /** Shoppers that are counted at the same time. The counts of all begin again when there are more. */
  shoppers: number;
}

/**
 * A shopper who needs more than a hundred requests in ten minutes is a program. Without a limit, one cart
 * could fill the disk: replays are never refused. 8,192 records are what a process answers in two seconds.
 */
const limits: BufferLimits = { waiting: 8_192, ofShopper: 100, windowMs: 600_000, shoppers: 20_000 };

/** Records that wait to be written, bounded. It does no I/O. */
export interface SubmissionBuffer {
  /** False when the buffer is full and the record was not kept. */
  add(record: SubmissionRecord): boolean;
  /** The records added since the last call. They stay in the buffer, and no further request shares one. */
  unseen(): SubmissionRecord[];
  /** Takes up to `count` of the records that `unseen` has returned, oldest first. */
  takeSeen(count: number): SubmissionRecord[];
  size(): number;
}

export function makeSubmissionBuffer({
  waiting: maxWaiting,
  ofShopper,
  windowMs,
  shoppers,
}: BufferLimits = limits): SubmissionBuffer {
  const waiting: SubmissionRecord[] = [];
  /** How many requests of a shopper came in this window. */
  const counts = new Map<string, number>();
  /** The waiting records that further equal requests share. */
  const shared = new Map<string, SubmissionRecord>();
  let windowSince = Number.NEGATIVE_INFINITY;
  /** How many of the waiting records `unseen` has returned. */
  let seen = 0;

  function countOf({ submitted: { userId }, beganAt }: SubmissionRecord): number {
    if (beganAt - windowSince > windowMs || counts.size >= shoppers) {
      counts.clear();
      windowSince = beganAt;
    }
    const count = (counts.get(userId) ?? 0) + 1;
    counts.set(userId, count);
    return count;
  }

  return {
    add(record) {
      const isFlood = countOf(record) > ofShopper;
      const key = isFlood ? keyOf(record) : '';
      const known = isFlood ? shared.get(key) : undefined;
      if (known) {
        known.copies += record.copies;
        return true;
      }
      if (waiting.length >= maxWaiting) return false;
      waiting.push(record);
      if (isFlood) shared.set(key, record);
      return true;
    },
    unseen() {
      // They are about to be logged and written, so their numbers must be final.
      shared.clear();
      const found = waiting.slice(seen);
      seen = waiting.length;
      return found;
    },
    takeSeen(count) {
      const taken = waiting.splice(0, Math.min(count, seen));
      seen -= taken.length;
      return taken;
    },
    size: () => waiting.length,
  };
}

function keyOf({ submitted, orderId, layer, outcome, status, made }: SubmissionRecord): string {
  const what = 'attempt' in submitted ? submitted.attempt : submitted.submitToken;
  return [submitted.userId, what, orderId, layer, outcome, status, made].join('|');
}
