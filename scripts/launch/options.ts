import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { parseEnv } from '#lib/platform/env.ts';
import { isExposed } from '#lib/platform/exposure.ts';
import { Advice, orUsage, usageOf } from '#scripts/advice.ts';

/** Each flag sets a variable, and takes precedence over it. */
export const flags: Record<string, string> = {
  port: 'PORT',
  host: 'HOST',
  'data-dir': 'DATA_DIR',
  'database-url': 'DATABASE_URL',
  'redis-url': 'REDIS_URL',
  'web-concurrency': 'WEB_CONCURRENCY',
  'backup-dir': 'BACKUP_DIR',
  'edge-port': 'EDGE_PORT',
  'edge-capacity': 'EDGE_CAPACITY',
};

export const usage = usageOf(path.join(import.meta.dirname, '..', 'start.ts'));

export type Variables = Record<string, string | undefined>;

/**
 * The variables of a process: its environment, plus those of a `.env` file that the environment doesn't set.
 */
export function readVariables(root: string): Variables {
  const file = path.join(root, '.env');
  if (existsSync(file)) process.loadEnvFile(file);
  // An empty variable counts as unset: compose files and CI write it that way.
  return Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
}

export interface StartOptions {
  dev: boolean;
  /** The port of nginx in front of the shop; undefined without nginx. */
  edgePort: number | undefined;
  help: boolean;
  /** Prometheus beside the shop. */
  observe: boolean;
  /** The environment, with the flags applied. */
  variables: Variables;
}

/** Reads the flags of `npm start`. Throws with the list of flags when one is unknown. */
export function readOptions(args: string[], variables: Variables): StartOptions {
  const named = Object.fromEntries(Object.keys(flags).map((name) => [name, { type: 'string' as const }]));
  const options = {
    ...named,
    dev: { type: 'boolean' as const },
    edge: { type: 'boolean' as const },
    observe: { type: 'boolean' as const },
    help: { type: 'boolean' as const, short: 'h' },
  };
  const values: Record<string, string | boolean | undefined> = orUsage(
    usage,
    () => parseArgs({ args, options }).values,
  );
  const given = Object.entries(flags).flatMap(([name, variable]) => {
    const value = values[name];
    // This happens when a shell variable is unset. Ignoring the flag would silently use the default instead.
    if (value === '') throw new Advice(`--${name} needs a value`);
    return typeof value === 'string' ? [[variable, value] as const] : [];
  });
  const merged = { ...variables, ...Object.fromEntries(given) };
  const dev = values.dev === true;
  const wanted = values.edge === true || merged.EDGE_PORT !== undefined;
  return {
    dev,
    edgePort: wanted ? edgePort(merged, dev) : undefined,
    help: values.help === true,
    observe: values.observe === true,
    variables: merged,
  };
}

function edgePort({ EDGE_PORT = '8080' }: Variables, dev: boolean): number {
  if (dev) throw new Advice('--edge needs the built shop: use it with npm start, not with npm run dev');
  if (/^\d{1,5}$/.test(EDGE_PORT) && Number(EDGE_PORT) < 65_536) return Number(EDGE_PORT);
  throw new Advice(`--edge-port must be a port, not "${EDGE_PORT}"`);
}

interface Checked {
  port: number;
  host: string;
  dataDir: string;
  /** For how many days every moment can be restored. */
  backupKeptDays: number;
  /** Whether only this machine can reach the shop. If so, it has the development features. */
  local: boolean;
}

/**
 * Checks the user's settings before anything is started, with placeholders for the values that are filled in
 * later. Returns the values that the launcher itself uses.
 */
export function checkVariables(variables: Variables): Checked {
  const later = { DATABASE_URL: 'postgresql://later', ONCE_SECRET: 'x'.repeat(32) };
  try {
    const env = parseEnv({ ...later, ...variables, NODE_ENV: 'production' });
    // With NODE_ENV=production the user says that the shop is in production, wherever it listens.
    const local = variables.LOCAL_SHOP === undefined ? variables.NODE_ENV !== 'production' : env.LOCAL_SHOP;
    return {
      port: env.PORT,
      host: env.HOST,
      dataDir: path.resolve(env.DATA_DIR),
      backupKeptDays: env.BACKUP_KEPT_DAYS,
      local: !isExposed({ ...env, LOCAL_SHOP: local }),
    };
  } catch (error) {
    throw new Advice((error as Error).message);
  }
}
