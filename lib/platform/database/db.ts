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
 * Two pools. The order writer has its own few connections, so a rush of page views cannot
 * keep orders waiting, and a rush of orders cannot keep pages waiting.
 */

/** How long a page may wait for a free connection before it is told to come back. */
const pageTimeoutMs = 3_000;

/** A build draws many pages at once, with no shopper waiting: on a busy machine it must not fail for that. */
const buildTimeoutMs = 60_000;

/** An idle connection is closed properly after this long … */
const idleMs = 10_000;

/** … and one that has been silent for longer than that is waiting for an answer that won't come. */
const silentMs = 12_000;

/**
 * A little longer than `silentMs`: the server ends a statement whose connection was given up, and the
 * transaction of a process that stopped in the middle of it, so that neither keeps its locks.
 */
const limits = { statementMs: 15_000, idleInTransactionMs: 15_000 };

/**
 * A database that vanished without a word (power, a dropped route) leaves a statement waiting for
 * as long as TCP repeats itself, a quarter of an hour; Prisma's own time-out cannot end it. Closing
 * the socket does: the statement fails, and the pool makes a new connection.
 */
function endWhenSilent(client: ClientBase): void {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  stream.setTimeout(silentMs, () =>
    stream.destroy(new Error('Connection terminated: the database is silent')),
  );
}

/**
 * Between the moment at which the pool hands a connection to whoever waits for it and the moment at
 * which they look after it, nobody hears its errors, and an error that nobody hears ends the process.
 * The pool replaces what broke, and whoever was using it is told by their own statement.
 */
function hearErrors(client: ClientBase): void {
  client.on('error', (error) => logger().debug({ err: error }, 'a connection to the database broke'));
}

const statementNames = new Map<string, string>();

/**
 * The driver prepares a statement once per connection and reuses its plan. It is named by its
 * text, so equal statements share a name and different ones never do.
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

/** The client of pages, carts and look-ups. */
export function db(): PrismaClient {
  return processWide('db', () => makeClient(env().DATABASE_CONNECTIONS, 'once'));
}

/**
 * The client of the order writer, and of it alone. Its statements are few and their arrays say
 * nothing that a plan could use, so each is planned once a connection and not once a batch.
 */
export function writerDb(): PrismaClient {
  return processWide('writerDb', () =>
    makeClient(env().WRITER_CONNECTIONS, 'once-writer', 'SET plan_cache_mode = force_generic_plan'),
  );
}

/** Closes both pools; what runs is let finish. */
export async function closeDb(): Promise<void> {
  await Promise.all(['db', 'writerDb'].map((name) => takeProcessWide<PrismaClient>(name)?.$disconnect()));
}

export type Tx = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];
