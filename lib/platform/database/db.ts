import type { Socket } from 'node:net';
import { PrismaPg } from '@prisma/adapter-pg';
import pg, { type ClientBase, type Pool } from 'pg';
import { PrismaClient } from '#lib/generated/prisma/client.ts';
import { measurePool } from '#lib/platform/database/database-metrics.ts';
import { schemaOf, sessionSettings } from '#lib/platform/database/db-session.ts';
import { makeSqlClient, type SqlClient, type SqlRunner } from '#lib/platform/database/sql-client.ts';
import { statementName } from '#lib/platform/database/statement-name.ts';
import { env } from '#lib/platform/env.ts';
import { logger } from '#lib/platform/logger.ts';
import { processWide, takeProcessWide } from '#lib/platform/process-wide.ts';

/**
 * Two connection pools. The order writer has its own few connections, so that a peak of page views cannot
 * delay orders, and a peak of orders cannot delay pages.
 */

/** How long a page may wait for a free connection before it answers 503. */
const pageTimeoutMs = 3_000;

/** A build renders many pages concurrently and no shopper waits, so it must not fail on a busy machine. */
const buildTimeoutMs = 60_000;

/** The pool closes an idle connection after this time … */
const idleMs = 10_000;

/** … so a connection that is silent for longer is waiting for an answer that won't come. */
const silentMs = 12_000;

/**
 * Slightly longer than `silentMs`. The server then ends the statement of an abandoned connection and the
 * transaction of a stopped process, so that neither keeps its locks.
 */
const limits = { statementMs: 15_000, idleInTransactionMs: 15_000 };

/**
 * If a database vanishes silently (power cut, dropped route), a statement waits until TCP stops
 * retransmitting, a quarter of an hour. Prisma's own timeout cannot end it. Closing the socket can: the
 * statement fails, and the pool opens a new connection.
 */
function endWhenSilent(client: ClientBase): void {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  stream.setTimeout(silentMs, () =>
    stream.destroy(new Error('Connection terminated: the database is silent')),
  );
}

/**
 * After the pool has handed a connection to a caller and before the caller uses it, the connection has no
 * other error listener, and an unhandled error would end the process. The pool replaces the broken
 * connection, and its user gets the error from their own statement.
 */
function hearErrors(client: ClientBase): void {
  client.on('error', (error) => logger().debug({ err: error }, 'a connection to the database broke'));
}

/**
 * Each statement is planned once per connection. PostgreSQL would plan those on partitioned tables again for
 * every execution, because it takes a plan for all partitions for a costly one, although it opens only the one
 * that it needs. An order's page spent two thirds of its database time on planning.
 */
const plannedOnce = 'SET plan_cache_mode = force_generic_plan';

function makePool(connections: number, application: string): Pool {
  const { DATABASE_URL, NEXT_PHASE } = env();
  const settings = `${sessionSettings(DATABASE_URL, limits)};\n${plannedOnce}`;
  const pool = new pg.Pool({
    connectionString: DATABASE_URL,
    max: connections,
    connectionTimeoutMillis: NEXT_PHASE === 'phase-production-build' ? buildTimeoutMs : pageTimeoutMs,
    application_name: application,
    idleTimeoutMillis: idleMs,
    onConnect: async (client: ClientBase) => {
      hearErrors(client);
      endWhenSilent(client);
      await client.query(settings);
    },
  });
  // An idle connection that breaks is replaced.
  pool.on('error', (error) => logger().debug({ err: error }, 'an idle connection to the database broke'));
  return pool;
}

function makeClient(pool: Pool): PrismaClient {
  const adapter = new PrismaPg(pool, {
    schema: schemaOf(env().DATABASE_URL),
    statementNameGenerator: ({ sql }) => statementName(sql),
  });
  const maxWait = pool.options.connectionTimeoutMillis;
  return new PrismaClient({ adapter, transactionOptions: { maxWait, timeout: 5_000 } });
}

const pagePool = () =>
  processWide('pagePool', () => {
    const pool = makePool(env().DATABASE_CONNECTIONS, 'once');
    measurePool('pages', pool);
    return pool;
  });

/** The client for pages, carts and lookups. */
export function db(): PrismaClient {
  return processWide('db', () => makeClient(pagePool()));
}

/** The same connections without Prisma, for the statements that most page views need. */
export function sql(): SqlClient {
  return processWide('sql', () => makeSqlClient(pagePool()));
}

const writerPool = () =>
  processWide('writerPool', () => {
    const pool = makePool(env().WRITER_CONNECTIONS, 'once-writer');
    measurePool('writer', pool);
    return pool;
  });

/** The client for the order writer only. */
export function writerDb(): PrismaClient {
  return processWide('writerDb', () => makeClient(writerPool()));
}

/** Closes both pools. Running statements finish first. */
export async function closeDb(): Promise<void> {
  await Promise.all(['db', 'writerDb'].map((name) => takeProcessWide<PrismaClient>(name)?.$disconnect()));
  takeProcessWide('sql');
  await Promise.all(['pagePool', 'writerPool'].map((name) => takeProcessWide<Pool>(name)?.end()));
}

/** A transaction of either client. */
export type Tx = SqlRunner;

/** A transaction of Prisma's client. */
export type PrismaTx = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];
