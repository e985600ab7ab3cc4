import { spawn } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openDatabase } from '#scripts/launch/parts/database.ts';
import { Advice, wordsFor } from './advice.ts';
import { takeDataDir } from './launch/data-dir-lock.ts';
import { checkVariables, readVariables, type Variables } from './launch/options.ts';
import { runningPostgres } from './services/postgres.ts';

/**
 * Runs a script against the shop's database, whether the shop is open or not. A running database is used. One
 * that isn't running is started for as long as the script needs it.
 *
 *   node scripts/with-database.ts prisma/seed.ts --products 5000
 *
 * `--fails-with=2` before the script is the exit code when the script could not run, or was killed. Default: 1.
 */

const root = path.resolve(import.meta.dirname, '..');

const [first = '', ...others] = process.argv.slice(2);
const failsWith = /^--fails-with=(\d+)$/.exec(first)?.[1];
const failure = Number(failsWith ?? 1);

/** Takes the two flags that choose the database. All other arguments belong to the script. */
function splitArgs(args: string[]): { variables: Variables; rest: string[] } {
  const options = { 'data-dir': { type: 'string' as const }, 'database-url': { type: 'string' as const } };
  const { tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true });
  const ours = tokens.filter((token) => token.kind === 'option' && token.name in options);
  const taken = new Set<number>();
  const variables: Variables = {};
  for (const token of ours) {
    if (token.kind !== 'option') continue;
    // An empty value comes from an unset shell variable. A value that starts with "-" is the next flag.
    if (!token.value || (!token.inlineValue && token.value.startsWith('-')))
      throw new Advice(`${token.rawName} needs a value`);
    taken.add(token.index);
    if (!token.inlineValue) taken.add(token.index + 1);
    variables[token.name === 'data-dir' ? 'DATA_DIR' : 'DATABASE_URL'] = token.value;
  }
  return { variables, rest: args.filter((_, index) => !taken.has(index)) };
}

function run(script: string, args: string[], variables: Variables): Promise<number> {
  // The terminal's Ctrl-C reaches the script directly. This process must outlive it to stop the database.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
  return new Promise((resolve, reject) => {
    const env = variables as NodeJS.ProcessEnv;
    const child = spawn(process.execPath, [path.join(root, script), ...args], {
      cwd: root,
      env,
      stdio: 'inherit',
    });
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? failure));
  });
}

async function main([script = '', ...args]: string[]): Promise<number> {
  const { variables: flags, rest } = splitArgs(args);
  const given = { ...readVariables(root), ...flags };
  const { dataDir } = checkVariables(given);
  const runOn = (url: string) => run(script, rest, { ...given, DATA_DIR: dataDir, DATABASE_URL: url });
  if (given.DATABASE_URL) return runOn(given.DATABASE_URL);

  const lock = takeDataDir(dataDir, `npm run ${process.env.npm_lifecycle_event ?? script}`);
  if ('heldBy' in lock) {
    const url = await runningPostgres(dataDir);
    if (url) return runOn(url);
    throw new Advice(
      `${lock.heldBy.what} (process ${lock.heldBy.pid}) is about to start the database: try again in a moment`,
    );
  }
  try {
    const { url, server } = await openDatabase(given, dataDir, (line) => console.error(line));
    try {
      return await runOn(url);
    } finally {
      await server?.stop();
    }
  } finally {
    lock.release();
  }
}

process.exitCode = await main(failsWith === undefined ? [first, ...others] : others).catch(
  (error: unknown) => {
    console.error(wordsFor(error));
    return failure;
  },
);
