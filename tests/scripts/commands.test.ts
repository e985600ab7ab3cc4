import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openClient } from '#lib/platform/database/db-session.ts';
import { createTestDatabase } from '#tests/support/services/database.ts';

/**
 * The npm scripts with wrong arguments. What broke: `npm run migrate -- --database-ulr=…` ignored the flag,
 * migrated the default database and reported success.
 */

const root = path.resolve(import.meta.dirname, '../..');
const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
/** The arguments that `npm run` passes to scripts/bootstrap.mjs, which installs packages first. */
const commands = Object.entries(scripts as Record<string, string>).flatMap(([name, command]) => {
  const [, args] = command.match(/^exec node scripts\/bootstrap\.mjs (.+)$/) ?? [];
  return args ? [[name, args.split(' ')] as const] : [];
});

const dataDir = await mkdtemp(path.join(os.tmpdir(), 'once-commands-'));
afterAll(() => rm(dataDir, { recursive: true }));
const database = await createTestDatabase();
afterAll(database.drop);

async function run(args: readonly string[], variables: Record<string, string> = {}) {
  const env = { PATH: process.env.PATH, DATA_DIR: dataDir, NODE_ENV: 'test', ...variables } as const;
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (err += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err, said: out + err };
}

/** The exit code of a command that could not run. 1 of reconcile says that something is open. */
const failureOf = (name: string) => (name === 'reconcile' ? 2 : 1);

const isStack = /\n\s+at |node:internal|\{\n/;
const argsOf = (name: string) => commands.find(([known]) => known === name)?.[1] ?? [];

describe('an unknown argument', () => {
  test.each(commands)('npm run %s refuses it and prints its usage', async (name, args) => {
    for (const wrong of ['--database-ulr=x', 'frob']) {
      const { code, said } = await run([...args, wrong], { DATABASE_URL: database.connectionString });
      expect([code, said]).toEqual([failureOf(name), expect.stringMatching(/ulr|frob|npm run/)]);
      expect(said).toMatch(
        new RegExp(`npm (run (-s )?)?${name === 'verify' ? 'test' : name === 'dev' ? 'start' : name}`),
      );
      expect(said).not.toMatch(isStack);
      expect(said).not.toMatch(/up to date|what the client expects|drew|catalogue is in place/);
    }
    // Nothing was written, not even a log or a lock.
    expect(await readdir(dataDir)).toEqual([]);
  });

  test('npm run seed does not migrate first', async () => {
    const client = await openClient({ connectionString: database.connectionString });
    await client.query('DELETE FROM _prisma_migrations; CREATE SCHEMA apart');
    const url = new URL(database.connectionString);
    url.searchParams.set('schema', 'apart');
    expect(await run([...argsOf('seed'), '--prodcts', '5'], { DATABASE_URL: url.href })).toMatchObject({
      code: 1,
    });
    const { rows } = await client.query("SELECT FROM pg_tables WHERE schemaname = 'apart'");
    await client.end();
    expect(rows).toEqual([]);
  });

  test('npm run jobs accepts only its own commands', async () => {
    const variables = { DATABASE_URL: database.connectionString };
    for (const wrong of [['toString'], ['list', 'frob'], ['retry', '1', '2']]) {
      const { code, err } = await run([...argsOf('jobs'), ...wrong], variables);
      expect([wrong, code, err]).toEqual([wrong, 1, expect.stringContaining('npm run jobs')]);
      expect(err).toMatch(/^(Unknown command|Unexpected argument) '(toString|frob|2)'/);
    }
  });
});

test.each(['migrate', 'seed', 'order', 'reconcile', 'jobs', 'drift', 'db:url', 'start'])(
  'npm run %s does not read an empty address as the default database',
  async (name) => {
    for (const empty of [['--database-url='], ['--database-url', ''], ['--data-dir', '']]) {
      const { code, said } = await run([...argsOf(name), ...empty]);
      expect([code, said]).toEqual([
        failureOf(name),
        expect.stringContaining(`${empty[0]?.replace('=', '')} needs a value`),
      ]);
    }
    expect(await readdir(dataDir)).toEqual([]);
  },
);

describe('a database that cannot be used is reported in words', () => {
  const withDatabase = [
    ['migrate', []],
    ['seed', []],
    ['drift', []],
    ['jobs', []],
    ['order', ['show', randomUUID()]],
    ['reconcile', ['--json']],
  ] as const;
  const wrong = (change: (url: URL) => void) => {
    const url = new URL(database.connectionString);
    change(url);
    return url.href;
  };
  const addresses = [
    ['where nothing listens', 'postgresql://nobody@127.0.0.1:1/none'],
    ['at a name with several addresses', 'postgresql://nobody@localhost:1/none'],
    ['that does not exist', wrong((url) => (url.pathname = '/no_such_database'))],
    ['with another password', wrong((url) => ([url.username, url.password] = ['nobody', 'hunter2']))],
  ] as const;
  test.each(
    withDatabase.flatMap(([name, args]) => addresses.map(([what, url]) => [name, what, url, args] as const)),
  )('npm run %s, a database %s', async (name, _, url, args) => {
    const { code, err } = await run([...argsOf(name), ...args, '--database-url', url]);
    expect(code).toBe(failureOf(name));
    expect(err).toMatch(/^The database (does not answer|refuses the connection)/);
    expect(err).not.toMatch(isStack);
    expect(err).not.toMatch(/hunter2|prisma/i);
    expect(err.trim().split('\n').length).toBeLessThanOrEqual(2);
  });

  test('npm run order, a database without the tables of the shop', async () => {
    const url = wrong((one) => one.searchParams.set('schema', 'nothing_here'));
    const { code, err } = await run([...argsOf('order'), 'show', randomUUID(), '--database-url', url]);
    expect([code, err]).toEqual([1, expect.stringContaining('npm run migrate')]);
    expect(err).not.toMatch(isStack);
  });
});

test('npm run worker without variables names the missing ones', async () => {
  const { code, said } = await run(argsOf('worker'));
  expect([code, said]).toEqual([1, expect.stringContaining('DATABASE_URL is missing')]);
  expect(said).not.toMatch(isStack);
});
