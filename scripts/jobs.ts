import { parseArgs } from 'node:util';
import type pg from 'pg';
import { openClient } from '#lib/platform/database/db-session.ts';
import { Advice, orUsage, wordsFor } from './advice.ts';
import { usageOf } from './usage.ts';

/** `npm run jobs`: shows the contents of the job queue, and the jobs that failed their last attempt. */

const usage = usageOf(import.meta.filename);

/** Attempts of a job that is run again: graphile-worker's default. */
const tries = 25;
/** More than a person reads. The count shows how many there are. */
const maxListed = 100;

interface Job {
  id: string;
  task: string;
  payload: unknown;
  attempts: number;
  lastError: string | null;
  createdAt: Date;
}

const isFailed = 'attempts >= max_attempts AND locked_at IS NULL';

async function list(client: pg.Client): Promise<void> {
  const { rows: counts } = await client.query<{ waiting: number; later: number; failed: number }>(`
    SELECT count(*) FILTER (WHERE attempts < max_attempts AND run_at <= now())::int AS waiting,
           count(*) FILTER (WHERE attempts < max_attempts AND run_at > now())::int AS later,
           count(*) FILTER (WHERE ${isFailed})::int AS failed
    FROM graphile_worker._private_jobs`);
  const [count] = counts;
  console.log(`${count?.waiting} due or in work, ${count?.later} for later, ${count?.failed} failed`);
  const { rows } = await client.query<Job>(
    `SELECT job.id::text, task.identifier AS task, job.payload, job.attempts, job.last_error AS "lastError",
            job.created_at AS "createdAt"
     FROM graphile_worker._private_jobs job JOIN graphile_worker._private_tasks task ON task.id = job.task_id
     WHERE ${isFailed} ORDER BY job.id LIMIT ${maxListed}`,
  );
  for (const job of rows) {
    console.log(`\n${job.id}  ${job.task}  of ${job.createdAt.toISOString()}, ${job.attempts} tries`);
    console.log(`  ${JSON.stringify(job.payload)}`);
    console.log(`  ${job.lastError ?? 'its worker died with it'}`);
  }
  if (rows.length > 0) console.log(`\nnpm run jobs -- retry <id|all>   or   npm run jobs -- drop <id>`);
}

async function failedIds(client: pg.Client, id: string | undefined): Promise<string[]> {
  if (!id || !(id === 'all' || /^\d{1,18}$/.test(id))) throw new Advice(`which job?\n\n${usage}`);
  const { rows } = await client.query<{ id: string }>(
    `SELECT id::text FROM graphile_worker._private_jobs WHERE ${isFailed} AND ($1 = 'all' OR id::text = $1)`,
    [id],
  );
  if (rows.length === 0 && id !== 'all') throw new Advice(`there is no failed job ${id}`);
  return rows.map((row) => row.id);
}

async function retry(client: pg.Client, id: string | undefined): Promise<void> {
  const { rowCount } = await client.query(
    'SELECT graphile_worker.reschedule_jobs($1::bigint[], run_at => now(), attempts => 0, max_attempts => $2::int)',
    [await failedIds(client, id), tries],
  );
  console.log(`${rowCount} to be run again`);
}

async function drop(client: pg.Client, id: string | undefined): Promise<void> {
  if (id === 'all') throw new Advice(`one at a time, so that each is looked at\n\n${usage}`);
  const { rowCount } = await client.query('SELECT graphile_worker.complete_jobs($1::bigint[])', [
    await failedIds(client, id),
  ]);
  console.log(`${rowCount} given up`);
}

const commands: Record<string, (client: pg.Client, id: string | undefined) => Promise<void>> = {
  list,
  retry,
  drop,
};

async function main(): Promise<void> {
  const { positionals } = orUsage(usage, () => parseArgs({ allowPositionals: true }));
  const [command = 'list', id, ...rest] = positionals;
  const run = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (!run || rest.length > 0 || (run === list && id !== undefined)) throw new Advice(usage);
  const connectionString = process.env.DATABASE_URL;
  if (!connectionString)
    throw new Advice('DATABASE_URL is missing: type  npm run jobs  to use the embedded database');
  const client = await openClient({ connectionString, application_name: 'once-jobs' });
  await run(client, id).finally(() => client.end());
}

await main().catch((error: unknown) => {
  console.error(wordsFor(error));
  process.exitCode = 1;
});
