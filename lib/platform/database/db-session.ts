import pg from 'pg';

/**
 * What every connection to PostgreSQL sets for itself. A server, a role and a database may each have
 * defaults of their own for these, and some change results without an error: in another time zone
 * Prisma's adapter reads every timestamp wrong by the offset (docs/decisions/0018).
 *
 * Sent as one statement text when a connection opens, because poolers refuse most settings in the
 * handshake.
 */

/** Limits of a session, in milliseconds; 0 is none. They replace the server's own. */
export interface SessionLimits {
  statementMs: number;
  /** How long a transaction may keep its locks while its client says nothing. */
  idleInTransactionMs: number;
}

/** For commands that one person runs and waits for: a migration takes as long as it takes. */
export const commandLimits: SessionLimits = { statementMs: 0, idleInTransactionMs: 0 };

/** Settings that every supported version has, with values as `current_setting` gives them. */
export const settings: Record<string, string> = {
  // PostgreSQL writes definitions, and values of settings below, as the drift check and readiness compare them.
  quote_all_identifiers: 'off',
  // How times are written and read, by PostgreSQL, the driver and Prisma.
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  timezone_abbreviations: 'Default',
  // The order writer counts on it that each statement sees what was committed before it began.
  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  // How values are written and read.
  client_encoding: 'UTF8',
  bytea_output: 'hex',
  extra_float_digits: '1',
  array_nulls: 'on',
  standard_conforming_strings: 'on',
  transform_null_equals: 'off',
  lc_numeric: 'C',
  lc_monetary: 'C',
  lc_time: 'C',
  default_text_search_config: 'pg_catalog.simple',
  // A part of the rows instead of all: by policies, and by a limit of the GIN index.
  row_security: 'on',
  gin_fuzzy_search_limit: '0',
  check_function_bodies: 'on',
  // One refused statement ends a transaction, not the connection.
  exit_on_error: 'off',
  // The statement's own limit covers its waits for locks.
  lock_timeout: '0',
};

/**
 * Settings that only some versions have, or that only some roles may set. Each is set only where it
 * differs, so a plain role is asked for no right that it lacks unless the difference matters.
 */
const whereItDiffers: Record<string, string> = {
  idle_session_timeout: '0',
  transaction_timeout: '0',
  restrict_nonsystem_relation_kind: '',
  // "replica" switches foreign keys off.
  session_replication_role: 'origin',
};

const literal = (value: string) => `'${value.replaceAll("'", "''")}'`;
const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** The schema of the shop's tables: `?schema=` of the address, or its `options=-c search_path=`; else `public`. */
export function schemaOf(connectionString: string): string {
  const { searchParams } = new URL(connectionString);
  const inOptions = /(?:-c\s*|--)search_path=([^\s,]+)/.exec(searchParams.get('options') ?? '')?.[1];
  return searchParams.get('schema') || inOptions?.replaceAll('"', '') || 'public';
}

/** The text that makes a session the shop's, whatever its defaults are. */
export function sessionSettings(connectionString: string, limits: SessionLimits): string {
  const all: Record<string, string> = {
    ...settings,
    statement_timeout: String(limits.statementMs),
    idle_in_transaction_session_timeout: String(limits.idleInTransactionMs),
  };
  const differing = Object.entries(whereItDiffers).map((row) => `(${row.map(literal).join(', ')})`);
  return [
    // First, so that the functions below are PostgreSQL's own. pg_temp is last, or it would be first.
    `SET search_path = ${identifier(schemaOf(connectionString))}, pg_temp`,
    ...Object.entries(all).map(([name, value]) => `SET ${name} = ${literal(value)}`),
    `SELECT set_config(name, value, false) FROM (VALUES ${differing.join(', ')}) AS wanted (name, value)
     WHERE current_setting(name, true) <> value`,
    // "off" may lose orders that were answered. The other values are an operator's choice of replicas.
    `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`,
  ].join(';\n');
}

/** A connection of a command, open and prepared. The caller ends it. */
export async function openClient(config: pg.ClientConfig & { connectionString: string }): Promise<pg.Client> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    await client.query(sessionSettings(config.connectionString, commandLimits));
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}
