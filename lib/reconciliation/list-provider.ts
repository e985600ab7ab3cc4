import { setTimeout as sleep } from 'node:timers/promises';
import { paymentProvider } from '#lib/payment-provider/payment-provider.ts';
import { type ProviderEntry, UnknownOutcome } from '#lib/payment-provider/provider.ts';
import { sql } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';
import { logger } from '#lib/platform/logger.ts';
import { processWide } from '#lib/platform/process-wide.ts';
import { listSlices, type Slice } from '#lib/reconciliation/list-slices.ts';

/** Copies the provider's balance into `provider_entry`, slice by slice. Entries never change, so a page read twice is harmless. */

const name = 'provider_balance';
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/**
 * The part before the cursor that is read again, because entries may be listed late: in a run, and for a second look.
 * Stripe writes the entry of an asynchronous capture up to an hour after the charge. A day costs a run as many requests
 * again, and covers an hour in which the provider itself was late.
 */
const overlapMs = dayMs;
const shortOverlapMs = minuteMs;

/** The provider counts in seconds, and its entries of this very second may still come. */
const aheadMs = minuteMs;

/** Waits of 1, 2, 4 and 8 seconds for a provider that is busy or away. */
const retries = 4;

interface Listing {
  overlap?: number;
  from?: Date | undefined;
}

/**
 * The range to list up to now, by the provider's clock: from where the last listing ended, or from a day before
 * the first order; in a shop that has lost its orders, from a month ago. With `from`, at least from then on: what
 * was listed is listed again.
 */
export async function listingUntilNow({ overlap = overlapMs, from }: Listing = {}): Promise<Slice> {
  const provider = await paymentProvider();
  const now = await insistently(() => provider.now());
  const [row] = await sql().$queryRaw<{ readUntil: Date | null; firstOrder: Date | null }[]>`
    SELECT read_until AS "readUntil", CASE WHEN read_until IS NULL THEN (SELECT min(placed_at) FROM orders) END AS "firstOrder"
    FROM (SELECT max(read_until) AS read_until FROM event_cursor WHERE name = ${name}) AS cursor`;
  const monthAgo = now.getTime() - 30 * dayMs;
  // A cursor in the future was written when a clock was wrong.
  const since = row?.readUntil
    ? Math.min(row.readUntil.getTime(), now.getTime()) - overlap
    : Math.min(row?.firstOrder?.getTime() ?? monthAgo, now.getTime()) - dayMs;
  const earliest = Math.min(since, from?.getTime() ?? since);
  return { since: new Date(earliest), until: new Date(now.getTime() + aheadMs) };
}

/** The usual time of an answer. Enough slices are listed at the same time to use the read limit nevertheless. */
const usualAnswerSeconds = 0.3;

/** Slices that are listed at the same time. Each holds a page in memory. */
const mostSlices = 16;

/** Lists some of the slices and stores their entries. Resolves with what is left. */
export async function listSome(slices: readonly Slice[], untilMs: number): Promise<Slice[]> {
  const provider = await paymentProvider();
  return listSlices(slices, {
    list: (slice) => insistently(() => provider.listEntries(slice)),
    store: oneAtATime(store),
    atOnce: Math.ceil(Math.min(mostSlices, env().RECONCILE_READS_PER_SECOND * usualAnswerSeconds)),
    untilMs,
  });
}

/** Pages arrive together, but take one connection of the database only. */
function oneAtATime<T>(work: (of: T) => Promise<void>): (of: T) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (of) => {
    const next = last.then(() => work(of));
    last = next.catch(() => undefined);
    return next;
  };
}

/** Remembers that everything before `until` was listed. */
export async function moveCursor(until: Date): Promise<void> {
  const readUntil = new Date(until.getTime() - aheadMs);
  await sql().$executeRaw`
    INSERT INTO event_cursor (name, read_until) VALUES (${name}, ${readUntil})
    ON CONFLICT (name) DO UPDATE
      SET read_until = greatest(event_cursor.read_until, excluded.read_until), updated_at = now()`;
}

/** After the first listing the table may be a thousand times as large as its statistics say. */
export async function planAnew(): Promise<void> {
  await sql().$executeRaw`ANALYZE provider_entry`;
}

/** Lists everything up to now in one go, for a second look. */
export async function catchUp(): Promise<void> {
  const listing = await listingUntilNow({ overlap: shortOverlapMs });
  await listSome([listing], Number.POSITIVE_INFINITY);
  await moveCursor(listing.until);
}

/**
 * Does not wait for the disk, so that it does not keep orders waiting there. The position after these entries is
 * written later, and that waits for everything before it.
 */
async function store(entries: ProviderEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map(({ attempt: of, at, ...entry }) => ({
    ...entry,
    at: at.toISOString(),
    userId: of?.userId,
    orderId: of?.orderId,
    attempt: of?.attempt,
  }));
  await sql().$executeRaw`
    INSERT INTO provider_entry (ref, created_at, kind, amount_minor, currency, settled_minor, fee_minor,
                                settled_currency, source_ref, charge_ref, user_id, order_id, attempt, refund_id)
    SELECT ref, at, kind, "amountMinor", currency, "settledMinor", "feeMinor", "settledCurrency", "sourceRef",
           "chargeRef", "userId", "orderId", attempt, "refundId"
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS entry (
      ref text, at timestamptz, kind text, "amountMinor" bigint, currency text, "settledMinor" bigint, "feeMinor" bigint,
      "settledCurrency" text, "sourceRef" text, "chargeRef" text, "userId" uuid, "orderId" uuid, attempt int,
      "refundId" uuid)
    CROSS JOIN (SELECT set_config('synchronous_commit', 'off', true)) AS this_statement_only
    ON CONFLICT (ref) DO NOTHING`;
}

/** When this process may send its next request. */
const pace = () => processWide('reconciliationPace', () => ({ nextMs: 0 }));

/**
 * Asks the provider at most RECONCILE_READS_PER_SECOND times a second, so that orders keep most of its rate
 * limit, and repeats a request without an answer. `requests`: how many one call sends. Throws `UnknownOutcome` after
 * a quarter of a minute, and immediately when the provider denies the request.
 */
export async function insistently<T>(ask: () => Promise<T>, requests = 1): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    await takeTurns(requests);
    try {
      return await ask();
    } catch (error) {
      const mayHelp = error instanceof UnknownOutcome && error.deniedWith === undefined;
      if (!mayHelp || attempt === retries) throw error;
      logger().warn({ err: error, attempt }, 'reconciliation waits for the payment provider');
      await sleep(1_000 * 2 ** attempt);
    }
  }
}

/** How many requests a thorough look at a charge sends. */
export const requestsOfLook = 5;

/**
 * How long a turn that was not used can be used later, while a position is written or a page is stored. A second has a
 * quarter more requests at most.
 */
const unusedMs = 250;

/** Waits until this many requests may be sent. */
export async function takeTurns(requests: number): Promise<void> {
  const turn = pace();
  const nowMs = performance.now();
  const atMs = Math.max(turn.nextMs, nowMs - unusedMs);
  turn.nextMs = atMs + (requests * 1_000) / env().RECONCILE_READS_PER_SECOND;
  if (atMs > nowMs) await sleep(atMs - nowMs);
}
