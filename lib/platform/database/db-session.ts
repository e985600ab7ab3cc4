import pg from 'pg';

/**
 * The settings of every connection to PostgreSQL. A server, a role and a database may each have other
 * defaults, and some of them change results without an error: in another time zone, Prisma's adapter reads
 * every timestamp wrong by the offset (docs/decisions/0018).
 *
 * Sent as one statement text when a connection opens, because poolers refuse most settings in the
 * handshake.
 */

/** Limits of a session in milliseconds. 0 means none. They replace the server's own. */
export interface SessionLimits {
  statementMs: number;
  /** How long a transaction may keep its locks while its client is silent. */
  idleInTransactionMs: number;
}

/** For commands that a person runs and waits for. A migration has no time limit. */
export const commandLimits: SessionLimits = { statementMs: 0, idleInTransactionMs: 0 };

/** Settings that every supported version has, with values in the form that `current_setting` returns. */
export const settings: Record<string, string> = {
  // Makes PostgreSQL print definitions and settings in the form that the drift check and readiness compare.
  quote_all_identifiers: 'off',
  // The format of times, for PostgreSQL, the driver and Prisma.
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  timezone_abbreviations: 'Default',
  // The order writer relies on this: each statement sees everything that was committed before it began.
  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  // The format of values.
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
  // Prevents partial results, from row-level policies or a limit of the GIN index.
  row_security: 'on',
  gin_fuzzy_search_limit: '0',
  check_function_bodies: 'on',
  // A failed statement ends its transaction, not the connection.
  exit_on_error: 'off',
  // The statement timeout also covers waits for locks.
  lock_timeout: '0',
};

/**
 * Settings that only some versions have, or that only some roles may set. Each is set only if its value
 * differs, so a role without the right to set it fails only if the difference matters.
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

/**
 * The schema of the shop's tables: `?schema=` of the connection string, or its `options=-c search_path=`,
 * else `public`.
 */
export function schemaOf(connectionString: string): string {
  const { searchParams } = new URL(connectionString);
  const inOptions = /(?:-c\s*|--)search_path=([^\s,]+)/.exec(searchParams.get('options') ?? '')?.[1];
  return searchParams.get('schema') || inOptions?.replaceAll('"', '') || 'public';
}

/** The SQL that gives a session all of the shop's settings, whatever its defaults are. */
export function sessionSettings(connectionString: string, limits: SessionLimits): string {
  const all: Record<string, string> = {
    ...settings,
    statement_timeout: String(limits.statementMs),
    idle_in_transaction_session_timeout: String(limits.idleInTransactionMs),
  };
  const differing = Object.entries(whereItDiffers).map((row) => `(${row.map(literal).join(', ')})`);
  return [
    // First, so that the functions below are PostgreSQL's own. PostgreSQL searches pg_temp first unless it
    // is listed, so it is last here.
    `SET search_path = ${identifier(schemaOf(connectionString))}, pg_temp`,
    ...Object.entries(all).map(([name, value]) => `SET ${name} = ${literal(value)}`),
    `SELECT set_config(name, value, false) FROM (VALUES ${differing.join(', ')}) AS wanted (name, value)
     WHERE current_setting(name, true) <> value`,
    // "off" may lose orders that were confirmed. The other values are the operator's choice for replicas.
    `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`,
  ].join(';\n');
}

/** Opens a connection for a command, with all settings. The caller ends it. */
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
