import path from 'node:path';
import { parseArgs } from 'node:util';
import { orUsage, usageOf } from '#scripts/advice.ts';

/**
 * How much is measured. A quick run only shows that everything works: it is too short for meaningful
 * figures.
 */
export interface Options {
  /** Orders of the saturated scenarios. The others use a share of it. */
  orders: number;
  warmUpOrders: number;
  skus: number;
  /** Requests in flight in the closed model. */
  connections: number;
  overloadSeconds: number;
  /** The overload's rate, as a multiple of the measured capacity. */
  overloadFactor: number;
  overloadConnections: number;
  pgbenchSeconds: number;
  /** Minutes at half of the capacity, to watch memory; 0 skips the soak. */
  soakMinutes: number;
  /** Node processes of the shop. */
  processes: number;
  /** Orders in the tables before the measurements. */
  oldOrders: number;
  /** Orders that a reconciliation compares. */
  reconciledOrders: number;
  /**
   * Switches the shop's rate limits off. Otherwise every order is counted against limits that are never
   * reached.
   */
  noLimits: boolean;
  /** The part of the requests that is traced; undefined while traces are off. */
  traces: number | undefined;
  quick: boolean;
  /** Names of scenarios; empty for all. */
  only: string[];
  /** The folder for the results, instead of the usual one. */
  out: string | undefined;
}

const sizes = {
  full: {
    orders: 20_000,
    warmUpOrders: 3_000,
    connections: 128,
    overloadSeconds: 20,
    overloadConnections: 8_000,
    pgbenchSeconds: 10,
    reconciledOrders: 1_000_000,
  },
  quick: {
    orders: 600,
    warmUpOrders: 200,
    connections: 32,
    overloadSeconds: 2,
    overloadConnections: 1_000,
    pgbenchSeconds: 3,
    reconciledOrders: 5_000,
  },
};

export const usage = usageOf(path.join(import.meta.dirname, 'run.ts'));

const flags = {
  only: { type: 'string', default: '' },
  quick: { type: 'boolean', default: false },
  orders: { type: 'string' },
  connections: { type: 'string' },
  'overload-seconds': { type: 'string' },
  'soak-minutes': { type: 'string', default: '0' },
  processes: { type: 'string', default: '1' },
  million: { type: 'boolean', default: false },
  'reconciled-orders': { type: 'string' },
  'no-limits': { type: 'boolean', default: false },
  traces: { type: 'string' },
  out: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** Throws with a sentence for the user. `known` are the names that `--only` accepts. */
export function readOptions(args: string[], known: string[]): Options | 'help' {
  const { values } = orUsage(usage, () => parseArgs({ args, options: flags }));
  if (values.help) return 'help';
  const size = values.quick ? sizes.quick : sizes.full;
  const only = values.only.split(',').filter(Boolean);
  const unknown = only.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`--only knows ${known.join(', ')}; not ${unknown.join(', ')}`);
  return {
    ...size,
    orders: wholeNumber('orders', values.orders ?? size.orders, 100),
    connections: wholeNumber('connections', values.connections ?? size.connections, 1),
    overloadSeconds: wholeNumber('overload-seconds', values['overload-seconds'] ?? size.overloadSeconds, 1),
    soakMinutes: wholeNumber('soak-minutes', values['soak-minutes'], 0),
    processes: wholeNumber('processes', values.processes, 1),
    overloadFactor: 10,
    skus: 1_000,
    oldOrders: values.million ? 1_000_000 : 0,
    reconciledOrders: wholeNumber(
      'reconciled-orders',
      values['reconciled-orders'] ?? size.reconciledOrders,
      1_000,
    ),
    noLimits: values['no-limits'],
    traces: values.traces === undefined ? undefined : part('traces', values.traces),
    quick: values.quick,
    only,
    out: values.out,
  };
}

function part(flag: string, value: string): number {
  const number = value === '' ? Number.NaN : Number(value);
  if (number >= 0 && number <= 1) return number;
  throw new Error(`--${flag} takes a number from 0 to 1, not "${value}"`);
}

function wholeNumber(flag: string, value: string | number, least: number): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new Error(`--${flag} takes a whole number from ${least} up, not "${value}"`);
}
