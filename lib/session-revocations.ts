import { db } from '#lib/db.ts';
import { env } from '#lib/env.ts';
import { logger } from '#lib/logger.ts';
import { processWide } from '#lib/process-wide.ts';

/**
 * Sessions that an operator has ended: those of a shopper that were issued before a given time. Each
 * process keeps a copy of the table in memory and renews it while it is used, so that checking a
 * session asks no database, least of all for an order: docs/decisions/0017. The table is almost
 * always empty. Until a process has renewed its copy, an ended session still works there.
 */

/** How old the copy may become before a request has it renewed, beside that request. */
const renewAfterMs = 10_000;

/** Rows that matter: a session ends by itself after 90 days, and one older than its row with it. */
const keptMs = 91 * 24 * 3600 * 1000;

/** More sessions ended than this are for a new secret, which ends all of them. */
const maxRows = 10_000;

interface Copy {
  notBeforeMs: Map<string, number>;
  renewedAt: number;
  renewing: boolean;
}

const copy = () =>
  processWide<Copy | undefined>('sessionRevocations', () => (env().VERCEL ? emptyCopy() : undefined));

function emptyCopy(): Copy {
  return { notBeforeMs: new Map(), renewedAt: Number.NEGATIVE_INFINITY, renewing: false };
}

/** Called by a host of the shop before its first request. */
export async function loadRevocations(): Promise<void> {
  await renew(processWide('sessionRevocations', emptyCopy));
}

/** Whether an operator has ended a session. */
export function isRevoked({ userId, issuedAtSeconds }: { userId: string; issuedAtSeconds: number }): boolean {
  const known = copy();
  if (!known) return false;
  if (performance.now() - known.renewedAt > renewAfterMs && !known.renewing) void renew(known);
  const notBefore = known.notBeforeMs.get(userId);
  return notBefore !== undefined && issuedAtSeconds * 1000 < notBefore;
}

/** Replaces the copy. A database that does not answer leaves the old one, and is asked again later. */
async function renew(known: Copy): Promise<void> {
  known.renewing = true;
  try {
    const rows = await db().sessionRevocation.findMany({
      where: { notBefore: { gt: new Date(Date.now() - keptMs) } },
      orderBy: { notBefore: 'desc' },
      take: maxRows,
    });
    known.notBeforeMs = new Map(rows.map(({ userId, notBefore }) => [userId, notBefore.getTime()]));
  } catch (error) {
    logger().warn({ err: error }, 'the list of ended sessions could not be renewed');
  } finally {
    known.renewedAt = performance.now();
    known.renewing = false;
  }
}

/**
 * Ends every session of a shopper that was issued up to now. A cookie holds whole seconds, so one of
 * the running second ends, too.
 */
export async function revokeSessions(userId: string): Promise<void> {
  const notBefore = new Date(Math.ceil((Date.now() + 1) / 1000) * 1000);
  await db().sessionRevocation.upsert({
    where: { userId },
    create: { userId, notBefore },
    update: { notBefore },
  });
}
