import { parseArgs } from 'node:util';
import type pg from 'pg';
import { openClient } from '#lib/platform/database/db-session.ts';
import { Advice, orUsage, usageOf, wordsFor } from '#scripts/advice.ts';
import { actualTables } from './drift/actual.ts';
import { expectedTables } from './drift/expected.ts';
import { brokenPromises } from './drift/promises.ts';
import type { Table } from './drift/tables.ts';

/**
 * Compares a database with the Prisma client's data model, in both directions. Also checks for the
 * constraints that keep the shop's promises. The migrations are hand-written, so nothing else would notice a
 * difference between schema.prisma and the SQL.
 */

function missing(what: string, expected: Iterable<string>, actual: Iterable<string>): string[] {
  const had = new Set(actual);
  return [...expected]
    .filter((item) => !had.has(item))
    .map((item) => `${what} ${item} is missing in the database`);
}

/** Lists what is in only one of the two lists, for each direction. */
function differences(what: string, expected: Iterable<string>, actual: Iterable<string>): string[] {
  const wanted = new Set(expected);
  const had = [...actual];
  const unknown = had.filter((item) => !wanted.has(item));
  return [...missing(what, wanted, had), ...unknown.map((item) => `${what} ${item} is not in schema.prisma`)];
}

function compareTable(name: string, expected: Table, actual: Table): string[] {
  const found = differences(`${name}: column`, expected.columns.keys(), actual.columns.keys());
  for (const [column, { type, nullable }] of expected.columns) {
    const has = actual.columns.get(column);
    if (!has) continue;
    if (has.type !== type) found.push(`${name}: column ${column} is ${has.type}, expected ${type}`);
    if (has.nullable !== nullable) {
      found.push(
        `${name}: column ${column} ${has.nullable ? 'allows' : 'refuses'} NULL, unlike schema.prisma`,
      );
    }
  }
  // The database may have more foreign keys than the client knows. Stock's foreign key, for example, is no
  // relation in schema.prisma, because stock may be on another shard.
  return [
    ...found,
    ...differences(`${name}: primary key`, [expected.primaryKey], [actual.primaryKey]),
    ...differences(`${name}: unique key`, expected.uniqueKeys, actual.uniqueKeys),
    ...missing(`${name}: foreign key`, expected.foreignKeys, actual.foreignKeys),
  ];
}

/** Returns every difference as a sentence; empty when client and database agree. */
export async function findDrift(client: pg.Client): Promise<string[]> {
  const [expected, actual] = [await expectedTables(), await actualTables(client)];
  const tables = differences('table', expected.keys(), actual.keys());
  const both = [...expected].flatMap(([name, table]) => {
    const has = actual.get(name);
    return has ? compareTable(name, table, has) : [];
  });
  // The promises' queries fail on missing tables.
  const promises = tables.length === 0 ? await brokenPromises(client) : [];
  return [...tables, ...both, ...promises];
}

async function main(): Promise<void> {
  orUsage(usageOf(import.meta.filename), () => parseArgs({}));
  const url = process.env.DATABASE_URL;
  if (!url)
    throw new Advice('DATABASE_URL is missing: type  npm run drift  to look at the embedded database');
  const client = await openClient({ connectionString: url, application_name: 'once-drift' });
  const drift = await findDrift(client).finally(() => client.end());
  if (drift.length === 0)
    return console.log('the database is what the client expects, and keeps its promises');
  console.error(`The database is not what the client expects:\n  ${drift.join('\n  ')}`);
  process.exitCode = 1;
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    console.error(wordsFor(error));
    process.exitCode = 1;
  });
}
