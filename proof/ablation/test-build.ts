import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { type Harness, openHarness } from '#proof/harness/harness.ts';
import { root } from '#proof/harness/services/child.ts';
import type { Guard } from './guards.ts';
import { inDatabase, isInDatabase } from './in-database.ts';
import { isReplaceable } from './replacements.ts';
import type { Workload } from './scene.ts';

/** One harness for all trials. Each trial starts with a fresh database, Redis and processes. */
export interface TestBuild {
  harness: Harness;
  /** Starts everything fresh, without these guards. */
  begin(without: readonly Guard[], options: Pick<Workload, 'worker' | 'operator' | 'writers'>): Promise<void>;
  /**
   * Errors in the logs of the shop's processes since the trial began. Leaves out the database's refusals
   * and charges of earlier trials: the provider remembers those, but their databases are gone.
   */
  complaints(earlierCharges: ReadonlySet<string>): Promise<string[]>;
  /** Stops the shop's processes, as a deploy does. */
  end(): Promise<void>;
  close(): Promise<void>;
}

const template = 'once_clean';

export async function openTestBuild({
  shopLog,
  say = () => undefined,
  signal = new AbortController().signal,
}: {
  /** The log file of the shop's processes. */
  shopLog: string;
  say?: (line: string) => void;
  signal?: AbortSignal;
}): Promise<TestBuild> {
  const { NODE_OPTIONS, ABLATE, WRITER_CONNECTIONS } = process.env;
  const before = { NODE_OPTIONS, ABLATE, WRITER_CONNECTIONS };
  const restoreEnv = () => {
    for (const [name, value] of Object.entries(before))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  };
  // The shop's processes are children of this one and inherit its environment.
  const register = path.join(root, 'proof/ablation/register.ts');
  process.env.NODE_OPTIONS = `${before.NODE_OPTIONS ?? ''} --import ${register}`.trim();
  process.env.ABLATE = '';
  const harness = await openHarness({ built: false, shopLog, say, signal }).catch((error) => {
    restoreEnv();
    throw error;
  });
  const processes = [...harness.apps, harness.worker, harness.operator];
  const end = async () => {
    await Promise.all(processes.map((service) => service.stop()));
  };
  await end();
  await recreate(harness, template, nameOf(harness));
  let logBegins = 0;

  return {
    harness,
    end,
    async complaints(earlierCharges) {
      const log = (await readFile(shopLog)).subarray(logBegins).toString('utf8');
      return log.split('\n').flatMap((line) => complaintOf(line, earlierCharges));
    },
    async begin(without, { worker, operator, writers = 1 }) {
      await end();
      await recreate(harness, nameOf(harness), template);
      logBegins = await stat(shopLog).then(
        ({ size }) => size,
        () => 0,
      );
      await harness.redis.flush();
      harness.simulator.clearFaults();
      for (const proxy of Object.values(harness.proxies).flat()) proxy.heal();
      await harness.withDatabase(async (client) => {
        for (const guard of without.filter(isInDatabase)) await inDatabase[guard](client);
      });
      process.env.WRITER_CONNECTIONS = String(writers);
      process.env.ABLATE = without.filter(isReplaceable).join(',');
      const wanted = [
        ...harness.apps,
        ...(worker ? [harness.worker] : []),
        ...(operator ? [harness.operator] : []),
      ];
      await Promise.all(wanted.map((service) => service.start()));
    },
    async close() {
      await harness.close({ keep: false });
      restoreEnv();
    },
  };
}

/** The message of an error in the log. SQLSTATEs of class 23 are left out: constraints that do their work. */
function complaintOf(line: string, earlierCharges: ReadonlySet<string>): string[] {
  if (!line.startsWith('{"level":50')) return [];
  const { msg, err, charge } = JSON.parse(line) as {
    msg?: string;
    err?: { message?: string; code?: string };
    charge?: string;
  };
  if (err?.code?.startsWith('23') || earlierCharges.has(charge ?? '')) return [];
  return [err?.message?.trim() ?? msg ?? line];
}

const nameOf = ({ postgres }: Harness): string => new URL(postgres.connectionString()).pathname.slice(1);

/** Creates a database again, as a copy of another one. */
async function recreate({ postgres }: Harness, name: string, from: string): Promise<void> {
  const url = new URL(postgres.connectionString());
  url.pathname = '/postgres';
  const admin = new pg.Client({ connectionString: url.href });
  await admin.connect();
  try {
    // WITH (FORCE) may end no connection at all if an autovacuum process, which is a superuser's, is
    // connected as well. Without it DROP DATABASE ends that process itself and waits for connections
    // that are closing.
    await admin.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename = current_user',
      [name],
    );
    await admin.query(`DROP DATABASE IF EXISTS ${name}`);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${from}`);
  } finally {
    await admin.end();
  }
}
