import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { hasCode } from '#lib/platform/database/db-errors.ts';
import { Advice } from '#scripts/advice.ts';

/**
 * A migration that waits for a lock holds up every statement that queues behind it, also those that only read. So it
 * waits for a moment only, lets them go, and tries again.
 */
export interface Patience {
  /** How long a try waits for a lock, in milliseconds: so long do shoppers wait, too. */
  tryMs: number;
  /** Between two tries. */
  pauseMs: number;
  /** For all tries of one migration together. */
  totalMs: number;
}

/**
 * A try is longer than PostgreSQL's deadlock_timeout, a second: then it ends an autovacuum that is in the way. The
 * pauses leave most of the time to shoppers. A dump or a report takes minutes.
 */
export const usualPatience: Patience = { tryMs: 1_500, pauseMs: 4_000, totalMs: 300_000 };

export interface LockTries {
  /**
   * Calls `work` until it gets its locks. It must undo everything if it fails. `what` names it for a person. Throws
   * Advice with the sessions that are in its way when the time is over, and every other error as it is. `pauseMs`
   * may be 0 if no one queues behind the lock.
   */
  run<Result>(what: string, work: () => Promise<Result>, pauseMs?: number): Promise<Result>;
  /** Limits the waits of a session that `work` uses, and looks who blocks it. */
  prepare(session: pg.ClientBase): Promise<void>;
  end(): Promise<void>;
}

/** lock_not_available, or two sessions that wait for each other. */
export const isLockMissing = (error: unknown) => hasCode(error, /^(55P03|40P01)$/);

/** Several looks in each try. */
const looksPerTry = 5;

/** What our sessions wait for, and who has it. A prepared transaction has no session: its number is 0. */
const blockersQuery = `
  SELECT waiting.locktype, waiting.relation::regclass::text AS relation, blocker.pid,
         session.usename, session.application_name, session.state,
         extract(epoch FROM clock_timestamp() - session.xact_start)::int AS seconds
  FROM pg_locks waiting
  CROSS JOIN LATERAL unnest(pg_blocking_pids(waiting.pid)) AS blocker (pid)
  LEFT JOIN pg_stat_activity session ON session.pid = blocker.pid
  WHERE NOT waiting.granted AND waiting.pid = ANY ($1::int[])
  ORDER BY blocker.pid`;

interface Blocker {
  locktype: string;
  relation: string | null;
  pid: number;
  usename: string | null;
  application_name: string | null;
  state: string | null;
  seconds: number | null;
}

/** `watcher` is a connection on which nothing else runs. */
export function tryForLocks(watcher: pg.Client, patience: Patience, log: (line: string) => void): LockTries {
  const { tryMs, totalMs } = patience;
  const sessions: number[] = [];
  const ended = new AbortController();
  let blockers: Blocker[] = [];

  async function watch(): Promise<void> {
    while (!ended.signal.aborted) {
      const { rows } = await watcher.query<Blocker>(blockersQuery, [sessions]);
      if (rows.length > 0) blockers = rows;
      await sleep(tryMs / looksPerTry, undefined, { signal: ended.signal });
    }
  }
  // Without it the blockers are not named, and migrations go on.
  const watching = watch().catch(() => undefined);

  async function run<Result>(
    what: string,
    work: () => Promise<Result>,
    pauseMs = patience.pauseMs,
  ): Promise<Result> {
    const until = performance.now() + totalMs;
    let said: string | undefined;
    for (;;) {
      blockers = [];
      try {
        return await work();
      } catch (error) {
        if (!isLockMissing(error)) throw error;
        if (performance.now() + pauseMs > until) throw gaveUp(what, totalMs, blockers, error);
      }
      // Again only for others: the time that a session has been in its transaction grows with each try.
      const known = blockers.map(({ pid, relation }) => `${pid} ${relation}`).join();
      if (known !== said) log(`${what} waits for ${describe(blockers)}; it is tried again`);
      said = known;
      await sleep(pauseMs);
    }
  }

  return {
    run,
    async prepare(session) {
      await session.query(`SET lock_timeout = ${tryMs}`);
      const { rows } = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      sessions.push(...rows.map(({ pid }) => pid));
    },
    async end() {
      ended.abort();
      await watching;
    },
  };
}

/** The lock and those who have it: "a lock on product, which session 4711 (pg_dump, user once, …) has". */
function describe(blockers: Blocker[]): string {
  const [first] = blockers;
  if (!first) return 'a lock that another session has';
  const lock = first.locktype === 'advisory' ? 'the lock on migrations' : lockOn(first.relation);
  const holders = new Set(blockers.map(nameOf));
  return `${lock}, which ${[...holders].join(' and ')} ${holders.size === 1 ? 'has' : 'have'}`;
}

const lockOn = (relation: string | null) => (relation ? `a lock on ${relation}` : 'a row');

/** A role without rights to see other roles' sessions gets no more than their numbers. */
function nameOf({ pid, usename, application_name: program, state, seconds }: Blocker): string {
  if (pid === 0) return 'a prepared transaction';
  const known = [
    program,
    usename && `user ${usename}`,
    state,
    seconds === null ? '' : `in a transaction for ${seconds} s`,
  ].filter(Boolean);
  return `session ${pid}${known.length > 0 ? ` (${known.join(', ')})` : ''}`;
}

function gaveUp(what: string, totalMs: number, blockers: Blocker[], cause: unknown): Advice {
  const seconds = Math.ceil(totalMs / 1_000);
  const pids = [...new Set(blockers.map(({ pid }) => pid))].filter((pid) => pid !== 0);
  const ends = pids.map((pid) => `SELECT pg_terminate_backend(${pid});`).join(' ');
  return new Advice(
    `${what} did not get its locks in ${seconds} s. It waited for ${describe(blockers)}. Nothing of it was kept. ` +
      `Wait until that session has ended${ends && `, or end it (${ends})`}, then run the command again.`,
    { cause },
  );
}
