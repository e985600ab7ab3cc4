import { openClient } from '#lib/platform/database/db-session.ts';

/**
 * Settings that a real server, role or database may have as defaults and that change what the same SQL does.
 * The whole suite runs with them, so a setting that a connection forgets to set makes a test fail.
 */
const roleDefaults: Record<string, string> = {
  TimeZone: 'Asia/Kolkata',
  DateStyle: 'SQL, DMY',
  IntervalStyle: 'sql_standard',
  timezone_abbreviations: 'Australia',
  default_transaction_isolation: 'serializable',
  default_transaction_read_only: 'on',
  default_transaction_deferrable: 'on',
  client_encoding: 'LATIN1',
  bytea_output: 'escape',
  extra_float_digits: '-15',
  array_nulls: 'off',
  standard_conforming_strings: 'off',
  transform_null_equals: 'on',
  default_text_search_config: 'pg_catalog.finnish',
  row_security: 'off',
  gin_fuzzy_search_limit: '1',
  quote_all_identifiers: 'on',
  check_function_bodies: 'off',
  exit_on_error: 'on',
  restrict_nonsystem_relation_kind: 'view, foreign-table',
  synchronous_commit: 'off',
  statement_timeout: '2s',
  lock_timeout: '500ms',
  idle_in_transaction_session_timeout: '1s',
  idle_session_timeout: '1s',
  transaction_timeout: '2s',
  // The decoy tables have the names of the shop's tables and no rows. The decoy now() returns a date in 2001.
  search_path: 'decoy, pg_catalog, public',
};

/** Sorts differently from C, and lower-cases I to a dotless i. */
const locale = `LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LOCALE 'C'`;

/** Gives the tests' role the awkward defaults, and creates a database with the awkward collation. */
export async function makeAwkwardDatabase(serverUrl: string, database: string): Promise<void> {
  const admin = await openClient({ connectionString: serverUrl });
  try {
    for (const [name, value] of Object.entries(roleDefaults))
      await admin.query(
        `ALTER ROLE CURRENT_USER SET ${name} = ${name === 'search_path' ? value : `'${value}'`}`,
      );
    await admin.query(`CREATE DATABASE ${database} TEMPLATE template0 ENCODING 'UTF8' ${locale}`);
  } finally {
    await admin.end();
  }
}

const decoys = `
  CREATE SCHEMA decoy;
  DO $$
  DECLARE
    real record;
  BEGIN
    FOR real IN SELECT relname FROM pg_class
                WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition LOOP
      EXECUTE format('CREATE TABLE decoy.%I (LIKE public.%I INCLUDING DEFAULTS)', real.relname, real.relname);
    END LOOP;
  END
  $$;
  CREATE FUNCTION decoy.now() RETURNS timestamptz LANGUAGE sql RETURN timestamptz '2001-01-01 00:00:00Z';
  CREATE FUNCTION decoy.line_title(text, text) RETURNS text LANGUAGE sql RETURN 'a decoy';
  CREATE FUNCTION decoy.lock_order_batch(uuid[], uuid[]) RETURNS text LANGUAGE sql RETURN '{"carts":[],"lines":[],"stock":{}}'`;

/** Adds tables and functions that shadow the migrated ones for sessions that keep the role's search path. */
export async function addDecoys(databaseUrl: string): Promise<void> {
  const client = await openClient({ connectionString: databaseUrl });
  await client.query(decoys).finally(() => client.end());
}
