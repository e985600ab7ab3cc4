import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { parseEnv } from '#lib/platform/env.ts';
import { isExposed } from '#lib/platform/exposure.ts';
import { Advice, orUsage } from '#scripts/advice.ts';
import { usageOf } from '#scripts/usage.ts';

/** Every flag stands for a variable; a flag wins over its variable. */
export const flags: Record<string, string> = {
  port: 'PORT',
  host: 'HOST',
  'data-dir': 'DATA_DIR',
  'database-url': 'DATABASE_URL',
  'redis-url': 'REDIS_URL',
  'web-concurrency': 'WEB_CONCURRENCY',
  'edge-port': 'EDGE_PORT',
};

export const usage = usageOf(path.join(import.meta.dirname, '..', 'start.ts'));

export type Variables = Record<string, string | undefined>;

/** The variables of a process: those of its environment, then those of a `.env` file for what is not set. */
export function readVariables(root: string): Variables {
  const file = path.join(root, '.env');
  if (existsSync(file)) process.loadEnvFile(file);
  // An empty variable means "not set": that is how compose files and CI write it.
  return Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
}

export interface StartOptions {
  dev: boolean;
  /** Where nginx listens in front of the shop; undefined without it. */
  edgePort: number | undefined;
  help: boolean;
  /** The environment with the flags put in. */
  variables: Variables;
}

/** Reads the flags of `npm start`. Throws with the list of flags when one is unknown. */
export function readOptions(args: string[], variables: Variables): StartOptions {
  const named = Object.fromEntries(Object.keys(flags).map((name) => [name, { type: 'string' as const }]));
  const options = {
    ...named,
    dev: { type: 'boolean' as const },
    edge: { type: 'boolean' as const },
    help: { type: 'boolean' as const, short: 'h' },
  };
  const values: Record<string, string | boolean | undefined> = orUsage(
    usage,
    () => parseArgs({ args, options }).values,
  );
  const given = Object.entries(flags).flatMap(([name, variable]) => {
    const value = values[name];
    // Of a variable that a shell did not set. It would be taken for no flag, and a default for what was meant.
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
    variables: merged,
  };
}

function edgePort({ EDGE_PORT = '8080' }: Variables, dev: boolean): number {
  if (dev)
    throw new Advice('--edge stands before the built shop: it goes with npm start, not with npm run dev');
  if (/^\d{1,5}$/.test(EDGE_PORT) && Number(EDGE_PORT) < 65_536) return Number(EDGE_PORT);
  throw new Advice(`--edge-port must be a port, not "${EDGE_PORT}"`);
}

interface Checked {
  port: number;
  host: string;
  dataDir: string;
  /** Whether only this machine can reach the shop, so that it has what is for development. */
  local: boolean;
}

/**
 * Checks what the user set before anything is started, with stand-ins for what will be filled
 * in later, and hands back the values that the launcher itself goes by.
 */
export function checkVariables(variables: Variables): Checked {
  const later = { DATABASE_URL: 'postgresql://later', ONCE_SECRET: 'x'.repeat(32) };
  try {
    const env = parseEnv({ ...later, ...variables, NODE_ENV: 'production' });
    // NODE_ENV=production is the user's word for a shop in production, wherever it listens.
    const local = variables.LOCAL_SHOP === undefined ? variables.NODE_ENV !== 'production' : env.LOCAL_SHOP;
    return {
      port: env.PORT,
      host: env.HOST,
      dataDir: path.resolve(env.DATA_DIR),
      local: !isExposed({ ...env, LOCAL_SHOP: local }),
    };
  } catch (error) {
    throw new Advice((error as Error).message);
  }
}
