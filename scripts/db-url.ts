import path from 'node:path';
import { parseArgs } from 'node:util';
import { Advice, orUsage, usageOf, wordsFor } from './advice.ts';
import { checkVariables, readOptions, readVariables } from './launch/options.ts';
import { runningPostgres } from './services/postgres.ts';

/**
 * `npm run -s db:url`: prints only the address of the database in use on stdout, for psql and other tools.
 */

const usage = usageOf(import.meta.filename);
const root = path.resolve(import.meta.dirname, '..');

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  // The other flags of npm start don't concern the database.
  const options = { 'data-dir': { type: 'string' }, 'database-url': { type: 'string' } } as const;
  orUsage(usage, () => parseArgs({ args, options }));
  const { variables } = readOptions(args, readVariables(root));
  const { dataDir } = checkVariables(variables);
  const url = variables.DATABASE_URL ?? (await runningPostgres(dataDir));
  if (!url) throw new Advice(`the database in ${dataDir} is not running: npm start runs it`);
  console.log(url);
}

await main().catch((error: unknown) => {
  console.error(wordsFor(error));
  process.exitCode = 1;
});
