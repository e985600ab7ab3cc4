import { paymentProvider } from '#lib/payment-provider/payment-provider.ts';
import { type ProviderEvent, UnknownOutcome } from '#lib/payment-provider/provider.ts';
import { takesCards } from '#lib/payment-provider/takes-cards.ts';
import { applyEvent } from '#lib/payments/events/apply-event.ts';
import { countEvent } from '#lib/payments/payment-metrics.ts';
import { db } from '#lib/platform/database/db.ts';
import { logger } from '#lib/platform/logger.ts';

/**
 * Reads the provider's own list of events and applies those that no webhook delivered: the webhook address
 * was wrong, the shop was down for days, or the database was restored from a backup. A lost webhook only
 * delays its event.
 */

/** How long Stripe keeps its events. A shop without a cursor starts this far back. */
const keptDays = 30;

/** The part before the cursor that is read again, because events are not always listed in order. */
const overlapMs = 5 * 60_000;

/** A range with more events than these pages is halved, so that the oldest events come first. */
const maxPages = 5;

/** The shortest range to read in one part, however many events it has: the provider counts in seconds. */
const leastMs = 2_000;

const runMs = 40_000;
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

export async function pollEvents(): Promise<void> {
  if (!takesCards()) return;
  const deadline = performance.now() + runMs;
  const now = await (await paymentProvider()).now();
  // A little ahead, for events that happen during the run.
  const end = new Date(now.getTime() + minuteMs);
  let since = await readSince(now);
  let isComplete = true;
  while (since < end && performance.now() < deadline) {
    const { events, until } = await readPart(since, end);
    isComplete = (await applyAll(events.toReversed(), deadline)) && isComplete;
    // The cursor stays before the first event that is not applied yet, so the next run reads that part
    // again. Later events are still applied now.
    if (isComplete) await moveCursor(Math.min(until.getTime(), now.getTime()));
    since = until;
  }
}

async function readPart(since: Date, latest: Date): Promise<{ events: ProviderEvent[]; until: Date }> {
  const provider = await paymentProvider();
  for (let until = latest; ; ) {
    const spanMs = until.getTime() - since.getTime();
    const pages = spanMs <= leastMs ? Number.POSITIVE_INFINITY : maxPages;
    const { events, more } = await provider.listEvents({ since, until, maxPages: pages });
    if (!more) return { events, until };
    until = new Date(since.getTime() + Math.floor(spanMs / 2));
  }
}

/** False when an event is not applied yet. */
async function applyAll(events: ProviderEvent[], deadline: number): Promise<boolean> {
  const known = await readKnown(events);
  const fresh = events.filter(({ id }) => !known.has(id));
  // An event that got no answer before may get none again, and that costs time: these come last.
  const tried = events.filter(({ id }) => known.get(id) === 'tried');
  const silent = new Set<string | undefined>();
  for (const event of [...fresh, ...tried]) {
    if (performance.now() > deadline) return false;
    if (silent.has(event.chargeRef)) continue;
    if (!(await hasAnswer(event))) silent.add(event.chargeRef);
  }
  return silent.size === 0;
}

/** False when the provider cannot show the event's charge now. Other events are still applied. */
async function hasAnswer(event: ProviderEvent): Promise<boolean> {
  const { id, type, chargeRef } = event;
  try {
    countEvent('list', await applyEvent(event));
  } catch (error) {
    countEvent('list', 'failed');
    if (error instanceof UnknownOutcome) {
      const said = 'an event was not applied yet: the provider does not show its charge';
      logger().warn({ err: error, event: id, type, chargeRef }, said);
      return false;
    }
    // Within the overlap, the next run retries it.
    logger().error({ err: error, event: id, type }, 'an event could not be applied');
  }
  return true;
}

async function readKnown(events: ProviderEvent[]): Promise<Map<string, 'applied' | 'tried'>> {
  const rows = await db().$queryRaw<{ id: string; applied: boolean }[]>`
    SELECT id, applied_at IS NOT NULL AS applied FROM payment_event
    WHERE id = ANY(${events.map(({ id }) => id)}::text[])`;
  return new Map(rows.map(({ id, applied }) => [id, applied ? 'applied' : 'tried']));
}

const name = 'provider_events';

/**
 * Where the last run ended, by the provider's clock, because events carry its times. A cursor in the future
 * was written when a clock was wrong.
 */
async function readSince(now: Date): Promise<Date> {
  const [row] = await db().$queryRaw<{ readUntilMs: number }[]>`
    SELECT (extract(epoch FROM read_until) * 1000)::float8 AS "readUntilMs"
    FROM event_cursor WHERE name = ${name}`;
  if (!row) return new Date(now.getTime() - keptDays * dayMs);
  return new Date(Math.min(row.readUntilMs, now.getTime()) - overlapMs);
}

async function moveCursor(untilMs: number): Promise<void> {
  await db().$executeRaw`
    INSERT INTO event_cursor (name, read_until) VALUES (${name}, to_timestamp(${untilMs / 1_000}::float8))
    ON CONFLICT (name) DO UPDATE SET read_until = excluded.read_until, updated_at = now()`;
}
