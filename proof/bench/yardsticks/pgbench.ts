import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from 'pg';
import { type Bench, measureCpu, type Scenario } from '#proof/bench/bench.ts';
import { check } from '#proof/bench/checks/invariants.ts';
import type { Measurement } from '#proof/bench/measurement.ts';
import { readPgbench } from '#proof/bench/yardsticks/pgbench-output.ts';
import { openYardstick, orderScript, yardstickUrl } from '#proof/bench/yardsticks/tables.ts';
import { capture } from '#scripts/services/processes.ts';

/**
 * The same work in PostgreSQL's own benchmark: one transaction of five statements per order, prepared,
 * 16 clients. It has no shop around it: no HTTP, no session, no cart to check, no foreign keys, no
 * answer to keep. It shows the cost of one commit per order.
 */

const clients = 16;
const threads = 2;

/** Time to start and stop, in addition to its run. */
const spareMs = 30_000;

export const pgbench: Scenario = {
  name: 'pgbench',
  about: 'one transaction of five statements per order, 16 clients, 1,000 skus',
  against: [],
  missing,
  run: async (bench) => [await measurePgbench(bench, 'pgbench', 'pgbench, 1,000 skus', bench.options.skus)],
};

export const pgbenchHot: Scenario = {
  name: 'pgbench-hot',
  about: 'the same on one sku',
  against: [],
  missing,
  run: async (bench) => [await measurePgbench(bench, 'pgbench-hot', 'pgbench, one hot sku', 1)],
};

function missing(): string | undefined {
  return findPgbench() ? undefined : 'there is no pgbench (Debian: apt-get install postgresql-contrib)';
}

/** Debian's newest version, otherwise the one on the PATH. */
function findPgbench(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => path.join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(path.delimiter),
  ];
  return folders.map((folder) => path.join(folder, 'pgbench')).find((file) => existsSync(file));
}

async function measurePgbench(bench: Bench, id: string, title: string, skus: number): Promise<Measurement> {
  const { harness, options } = bench;
  const client = await openYardstick(bench);
  try {
    const script = path.join(harness.folder, 'order.pgbench.sql');
    await writeFile(script, orderScript);
    const before = await count(client);
    const { value, usage } = await measureCpu({ postgres: harness.pids.postgres }, () =>
      runPgbench(yardstickUrl(bench), script, skus, options.pgbenchSeconds),
    );
    const { transactions, perSecond, averageMs } = readPgbench(value);
    const after = await count(client);
    return {
      id,
      title,
      model: `${clients} clients, -M prepared`,
      seconds: transactions / perSecond,
      offeredPerSecond: null,
      sent: transactions,
      answeredPerSecond: perSecond,
      statuses: { committed: transactions },
      replayed: 0,
      committed: transactions,
      committedPerSecond: perSecond,
      latency: null,
      usage,
      memory: null,
      checks: [
        check('orders made, by what pgbench was told', transactions, after.orders - before.orders),
        check('units taken from stock', transactions, before.available - after.available),
      ],
      figures: { 'average ms': averageMs },
    };
  } finally {
    await client.end();
  }
}

async function count(client: Client): Promise<{ orders: number; available: number }> {
  const { rows } = await client.query(
    'SELECT (SELECT count(*)::int FROM orders) AS orders, (SELECT sum(available)::float8 FROM stock) AS available',
  );
  return rows[0];
}

/** Resolves with its output. Throws with its error text when it failed. */
async function runPgbench(url: string, script: string, skus: number, seconds: number): Promise<string> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const args = ['-n', '-M', 'prepared', '-c', String(clients), '-j', String(threads)];
  const done = await capture(
    findPgbench() as string,
    [...args, '-T', String(seconds), '-D', `skus=${skus}`, '-f', script],
    {
      // The password must not appear in the process list.
      env: {
        ...process.env,
        PGHOST: hostname,
        PGPORT: port,
        PGUSER: decodeURIComponent(username),
        PGPASSWORD: decodeURIComponent(password),
        PGDATABASE: pathname.slice(1),
      },
      timeoutMs: seconds * 1000 + spareMs,
    },
  );
  if (done.code !== 0) throw new Error(`pgbench failed:\n${done.stderr.slice(0, 1_000)}`);
  return done.stdout;
}
