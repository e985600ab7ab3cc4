import { db } from '#lib/platform/database/db.ts';
import { within } from '#lib/platform/deadline.ts';
import { AppError } from '#lib/platform/errors.ts';
import { logger } from '#lib/platform/logger.ts';
import { processWide } from '#lib/platform/process-wide.ts';
import { sessionMaxAgeSeconds, untimedUntilSeconds } from '#lib/platform/session/session-times.ts';

/**
 * Shoppers whose sessions an operator has revoked: docs/decisions/0017. Only sessions use a shopper's id,
 * so a revoked id is refused in every cookie, whenever it was issued. This includes cookies that a server
 * reissued before it knew of the revocation.
 *
 * Each process keeps a copy of the table in memory, so that checking a session needs no query, which
 * matters most for orders. A copy may be ten seconds old. The table is almost always empty.
 */

/** How old the copy may be. A request that finds an older one waits for a new one. */
const maxAgeMs = 10_000;

/**
 * A request that finds a copy of this age starts a renewal and doesn't wait for it. So in a busy shop no
 * request waits.
 */
const renewAfterMs = 4_000;

/**
 * Timeout of a renewal: its connection may be dead, and the next renewal gets another. The first read of a
 * process has to open a connection and has the timeouts of that instead.
 */
const giveUpAfterMs = 5_000;

/**
 * How long a revocation is read. After that, the shopper's sessions have expired anyway. The extra day
 * allows for clock differences.
 */
const keptMs = (sessionMaxAgeSeconds + 24 * 3600) * 1000;

/** To revoke the sessions of more shoppers, change the secret, which ends all sessions. */
const maxRows = 10_000;

interface Instant {
  up: number;
  wall: number;
}

interface Copy {
  ended: Set<string>;
  /** The time of this state of the table. Undefined before the first answer of the database. */
  asOf: Instant | undefined;
  /** The number of the last read that started, and of the read that `ended` comes from. */
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

/** Only the wall clock includes the time that a machine sleeps, and only the other is never set back. */
function ageOf({ asOf }: Copy): number {
  if (!asOf) return Number.POSITIVE_INFINITY;
  const { up, wall } = now();
  return Math.max(up - asOf.up, wall - asOf.wall);
}

/** Called by a host of the shop before its first request, so that no request has to wait. */
export async function loadRevocations(): Promise<void> {
  await read(copy()).catch((error) =>
    logger().warn({ err: error }, 'the list of ended sessions could not be read'),
  );
}

/**
 * Whether an operator has revoked the sessions of this shopper. Throws if the copy is too old and the
 * database does not answer. That costs little: whatever needs a session needs the database, too.
 */
export async function isRevoked(userId: string): Promise<boolean> {
  const known = copy();
  const age = ageOf(known);
  if (age > maxAgeMs) await renew(known);
  // An error is ignored here: a request that has to wait for the next renewal reports it.
  else if (age > renewAfterMs) renew(known).catch(() => undefined);
  return known.ended.has(userId);
}

/** Renews the copy. Concurrent callers share one query. */
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
  // A read that timed out may answer after a later one.
  if (number < known.shown) return;
  known.ended = new Set(rows.map(({ userId }) => userId));
  known.asOf = asOf;
  known.shown = number;
}

/** Rows that revoke a cookie which would otherwise be accepted. */
function stillMatters(): { notBefore?: { gt: Date } } {
  const untimedAreLeft = Date.now() < untimedUntilSeconds * 1000;
  return untimedAreLeft ? {} : { notBefore: { gt: new Date(Date.now() - keptMs) } };
}

/** Deletes revocations of sessions that have expired anyway. */
export async function deleteRevocations(): Promise<void> {
  const { notBefore } = stillMatters();
  if (notBefore) await db().sessionRevocation.deleteMany({ where: { notBefore: { lte: notBefore.gt } } });
}

/** Treated as an unavailable database, like every other timeout. */
function databaseSilent(): Error {
  const error = new Error('the list of ended sessions was not read in time');
  return Object.assign(error, { code: 'ETIMEDOUT' });
}

/**
 * Revokes every session of a shopper permanently. Throws `internal` if more shoppers are revoked than
 * servers read.
 */
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
