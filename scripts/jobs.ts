import { parseArgs } from 'node:util';
import type pg from 'pg';
import { defaultAttempts, queueSql } from '#lib/jobs/queue-tables.ts';
import { openClient } from '#lib/platform/database/db-session.ts';
import { Advice, orUsage, usageOf, wordsFor } from './advice.ts';

/** `npm run jobs`: shows the contents of the job queue, and the jobs that failed. */

const usage = usageOf(import.meta.filename);

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

interface Retried {
  task: string;
  jobs: number;
  next: Date;
  lastError: string | null;
}

const lastErrorOf = ({ lastError }: Pick<Job, 'lastError'>) =>
  `  ${lastError ?? 'its worker died while it ran'}`;

async function list(client: pg.Client): Promise<void> {
  const { rows: counts } = await client.query<{ waiting: number; later: number; failed: number }>(
    queueSql.counts,
  );
  const [count] = counts;
  console.log(`${count?.waiting} due or running, ${count?.later} for later, ${count?.failed} failed`);
  const { rows: retried } = await client.query<Retried>(queueSql.retried);
  for (const { task, jobs, next, lastError } of retried) {
    console.log(`\n${jobs} ${task} failed and will be tried again, the next one at ${next.toISOString()}`);
    console.log(lastErrorOf({ lastError }));
    console.log(`  npm run jobs -- hurry ${task}`);
  }
  const { rows } = await client.query<Job>(queueSql.failed, [maxListed]);
  for (const job of rows) {
    console.log(`\n${job.id}  ${job.task}  of ${job.createdAt.toISOString()}, ${job.attempts} tries`);
    console.log(`  ${JSON.stringify(job.payload)}`);
    console.log(lastErrorOf(job));
  }
  if (rows.length > 0) console.log(`\nnpm run jobs -- retry <id|all>   or   npm run jobs -- drop <id>`);
}

async function failedIds(client: pg.Client, id: string | undefined): Promise<string[]> {
  if (!id || !(id === 'all' || /^\d{1,18}$/.test(id)))
    throw new Advice(`name a failed job by its id\n\n${usage}`);
  const { rows } = await client.query<{ id: string }>(queueSql.failedIds, [id]);
  if (rows.length === 0 && id !== 'all') throw new Advice(`there is no failed job ${id}`);
  return rows.map((row) => row.id);
}

async function retry(client: pg.Client, id: string | undefined): Promise<void> {
  const { rowCount } = await client.query(
    'SELECT graphile_worker.reschedule_jobs($1::bigint[], run_at => now(), attempts => 0, max_attempts => $2::int)',
    [await failedIds(client, id), defaultAttempts],
  );
  console.log(`${rowCount} to be run again`);
}

async function drop(client: pg.Client, id: string | undefined): Promise<void> {
  if (id === 'all') throw new Advice(`drop takes one job at a time, so that you look at each\n\n${usage}`);
  const { rowCount } = await client.query('SELECT graphile_worker.complete_jobs($1::bigint[])', [
    await failedIds(client, id),
  ]);
  console.log(`${rowCount} dropped`);
}

async function hurry(client: pg.Client, task: string | undefined): Promise<void> {
  const { rows } = await client.query<Retried>(queueSql.retried);
  const waiting = rows.map((row) => row.task);
  if (task === undefined || !waiting.includes(task)) {
    const which = waiting.length === 0 ? 'no job waits after a failure' : `these wait: ${waiting.join(', ')}`;
    throw new Advice(`name the task of jobs that wait after a failure; ${which}\n\n${usage}`);
  }
  const { rowCount } = await client.query(queueSql.hurry, [task]);
  console.log(`${rowCount} to be run again now`);
}

const commands: Record<string, (client: pg.Client, id: string | undefined) => Promise<void>> = {
  list,
  hurry,
  retry,
  drop,
};

async function main(): Promise<void> {
  const { positionals } = orUsage(usage, () => parseArgs({ allowPositionals: true }));
  const [command = 'list', id, ...rest] = positionals;
  const run = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (!run) throw new Advice(`Unknown command '${command}'\n\n${usage}`);
  const [extra] = run === list && id !== undefined ? [id] : rest;
  if (extra !== undefined) throw new Advice(`Unexpected argument '${extra}'\n\n${usage}`);
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
