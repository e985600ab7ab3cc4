import { db } from '#lib/platform/database/db.ts';
import { within } from '#lib/platform/deadline.ts';
import { AppError } from '#lib/platform/errors.ts';
import { logger } from '#lib/platform/logger.ts';
import { processWide } from '#lib/platform/process-wide.ts';
import { sessionMaxAgeSeconds, untimedUntilSeconds } from '#lib/platform/session/session-times.ts';

/**
 * Shoppers whose sessions an operator has ended: docs/decisions/0017. A shopper's id is used by their
 * sessions alone, so it has ended with them, and a cookie with that id is refused whenever it was
 * issued: also one that a server issued anew before it knew of the end.
 *
 * Each process keeps a copy of the table in memory, so that checking a session asks no database, least
 * of all for an order. A copy may be ten seconds old. The table is almost always empty.
 */

/** How old the copy may be. A request that finds an older one waits for a new one. */
const maxAgeMs = 10_000;

/** A request that finds a copy of this age has it renewed beside itself, so that in a busy shop none waits. */
const renewAfterMs = 4_000;

/**
 * A renewal that takes longer is given up: its connection may be dead, and the next one gets another.
 * The first reading of a process makes its connection, and has the limits of that.
 */
const giveUpAfterMs = 5_000;

/** Sessions end by themselves this long after their shopper's were ended; the day is for clocks apart. */
const keptMs = (sessionMaxAgeSeconds + 24 * 3600) * 1000;

/** More shoppers than this are for a new secret, which ends all sessions. */
const maxRows = 10_000;

interface Instant {
  up: number;
  wall: number;
}

interface Copy {
  ended: Set<string>;
  /** When the table was like this; undefined before the first answer of the database. */
  asOf: Instant | undefined;
  /** The numbers of the last reading that began, and of the one that `ended` is from. */
  begun: number;
  shown: number;
  renewal: Promise<void> | undefined;
}

const copy = () =>
  processWide<Copy>('sessionRevocations', () => ({
    ended: new Set(),
    asOf: undefined,
    begun: 0,
    shown: 0,
    renewal: undefined,
  }));

const now = (): Instant => ({ up: performance.now(), wall: Date.now() });

/** A machine that slept counts its sleep in the second clock only; the first one is never set back. */
function ageOf({ asOf }: Copy): number {
  if (!asOf) return Number.POSITIVE_INFINITY;
  const { up, wall } = now();
  return Math.max(up - asOf.up, wall - asOf.wall);
}

/** Called by a host of the shop before its first request, so that none has to wait. */
export async function loadRevocations(): Promise<void> {
  await read(copy()).catch((error) =>
    logger().warn({ err: error }, 'the list of ended sessions could not be read'),
  );
}

/**
 * Whether an operator has ended the sessions of this shopper. Throws where the copy is too old and the
 * database does not answer: what a session is for needs the database anyway.
 */
export async function isRevoked(userId: string): Promise<boolean> {
  const known = copy();
  const age = ageOf(known);
  if (age > maxAgeMs) await renew(known);
  // If it fails, a request that has to wait for the next one says so.
  else if (age > renewAfterMs) renew(known).catch(() => undefined);
  return known.ended.has(userId);
}

/** Renews the copy; those who ask while that goes on wait for the same answer. */
function renew(known: Copy): Promise<void> {
  known.renewal ??= (known.asOf ? within(giveUpAfterMs, read(known), databaseSilent) : read(known)).finally(
    () => {
      known.renewal = undefined;
    },
  );
  return known.renewal;
}

async function read(known: Copy): Promise<void> {
  known.begun += 1;
  const [number, asOf] = [known.begun, now()];
  const rows = await db().sessionRevocation.findMany({
    where: stillMatters(),
    orderBy: { notBefore: 'desc' },
    take: maxRows,
    select: { userId: true },
  });
  // One that was given up may answer after a later one.
  if (number < known.shown) return;
  known.ended = new Set(rows.map(({ userId }) => userId));
  known.asOf = asOf;
  known.shown = number;
}

/** Rows that can end a cookie which would be accepted without them. */
function stillMatters() {
  const untimedAreLeft = Date.now() < untimedUntilSeconds * 1000;
  return untimedAreLeft ? {} : { notBefore: { gt: new Date(Date.now() - keptMs) } };
}

/** Counted as a database that is away, like every other time-out. */
function databaseSilent(): Error {
  const error = new Error('the list of ended sessions was not read in time');
  return Object.assign(error, { code: 'ETIMEDOUT' });
}

/** Ends every session of a shopper, for good. Throws when more have been ended than a server looks at. */
export async function revokeSessions(userId: string): Promise<void> {
  const others = await db().sessionRevocation.count({ where: { ...stillMatters(), NOT: { userId } } });
  if (others >= maxRows) {
    throw new AppError('internal', {
      detail: `The sessions of ${maxRows} shoppers have been ended, and servers look at no more. Nothing was changed. Change ONCE_SECRET instead, which ends all sessions: docs/operations.md.`,
    });
  }
  const notBefore = new Date();
  await db().sessionRevocation.upsert({
    where: { userId },
    create: { userId, notBefore },
    update: { notBefore },
  });
}
