import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { PrismaPg } from '@prisma/adapter-pg';
import type { ClientBase } from 'pg';
import { PrismaClient } from '#lib/generated/prisma/client.ts';
import { schemaOf, sessionSettings } from '#lib/platform/database/db-session.ts';
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

const statementNames = new Map<string, string>();

/**
 * The driver prepares a statement once per connection and reuses its plan. The name is a hash of the text,
 * so equal statements share a name and different ones never do.
 */
export function statementName(sql: string): string {
  let name = statementNames.get(sql);
  if (!name) {
    name = createHash('sha1').update(sql).digest('base64url');
    statementNames.set(sql, name);
  }
  return name;
}

function makeClient(connections: number, application: string, more = ''): PrismaClient {
  const { DATABASE_URL, NEXT_PHASE } = env();
  const connectTimeoutMs = NEXT_PHASE === 'phase-production-build' ? buildTimeoutMs : pageTimeoutMs;
  const settings = `${sessionSettings(DATABASE_URL, limits)};\n${more}`;
  const adapter = new PrismaPg(
    {
      connectionString: DATABASE_URL,
      max: connections,
      connectionTimeoutMillis: connectTimeoutMs,
      application_name: application,
      idleTimeoutMillis: idleMs,
      onConnect: async (client: ClientBase) => {
        hearErrors(client);
        endWhenSilent(client);
        await client.query(settings);
      },
    },
    {
      schema: schemaOf(DATABASE_URL),
      statementNameGenerator: ({ sql }) => statementName(sql),
    },
  );
  return new PrismaClient({ adapter, transactionOptions: { maxWait: connectTimeoutMs, timeout: 5_000 } });
}

/** The client for pages, carts and lookups. */
export function db(): PrismaClient {
  return processWide('db', () => makeClient(env().DATABASE_CONNECTIONS, 'once'));
}

/**
 * The client for the order writer only. Its statements are few, and a plan cannot use the contents of their
 * arrays, so each is planned once per connection instead of once per batch.
 */
export function writerDb(): PrismaClient {
  return processWide('writerDb', () =>
    makeClient(env().WRITER_CONNECTIONS, 'once-writer', 'SET plan_cache_mode = force_generic_plan'),
  );
}

/** Closes both pools. Running statements finish first. */
export async function closeDb(): Promise<void> {
  await Promise.all(['db', 'writerDb'].map((name) => takeProcessWide<PrismaClient>(name)?.$disconnect()));
}

export type Tx = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];
