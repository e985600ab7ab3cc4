import path from 'node:path';
import { checkVariables, readOptions, readVariables } from './launch/options.ts';
import { runningPostgres } from './services/postgres.ts';

/** `npm run -s db:url`: the address of the database in use, alone on stdout, for psql and other tools. */

const root = path.resolve(import.meta.dirname, '..');

async function main(): Promise<void> {
  const { variables } = readOptions(process.argv.slice(2), readVariables(root));
  const { dataDir } = checkVariables(variables);
  const url = variables.DATABASE_URL ?? (await runningPostgres(dataDir));
  if (!url) throw new Error(`the database in ${dataDir} is not running: npm start runs it`);
  console.log(url);
}

await main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
