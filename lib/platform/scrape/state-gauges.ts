import { Gauge, Registry } from 'prom-client';
import { Prisma } from '#lib/generated/prisma/client.ts';
import { sql } from '#lib/platform/database/db.ts';
import { within } from '#lib/platform/deadline.ts';
import { processWide } from '#lib/platform/process-wide.ts';
import { warnSeldom } from '#lib/platform/scrape/warn-seldom.ts';

/** Gauges of what the database holds: the same for every process that asks. */
export interface StateGauges {
  gauges: {
    name: string;
    help: string;
    labelNames?: string[];
  }[];
  /**
   * Selects `name`, `labels` (JSON) and `value` (float8) within a second. A gauge without labels has exactly
   * one row.
   */
  rows: Prisma.Sql;
}

interface Row {
  name: string;
  labels: Record<string, string>;
  value: number | null;
}

/** Several scrapers, or an impatient one, cost the database one reading. */
const keptMs = 5_000;

/** The limit of the small statement that says whether the database is up, and that of each part. */
const upMs = 4_000;
const partMs = 1_000;
/** The database ends a statement at its limit. When its answer does not come, the scrape goes on after this. */
const graceMs = 500;
/** No part begins later than this, because Prometheus waits 10 s for a scrape. */
const lastStartMs = 6_000;

const kept = () =>
  processWide('stateOfTheShop', () => ({ text: undefined as Promise<string> | undefined, until: 0 }));

/**
 * The gauges as Prometheus text. Those of a part that fails are NaN. While the database is away all of them
 * are, and `once_database_up` is 0.
 */
export function readState(parts: StateGauges[]): Promise<string> {
  const state = kept();
  const now = performance.now();
  if (!state.text || now > state.until) {
    state.text = read(parts);
    state.until = now + keptMs;
  }
  return state.text;
}

/** A scrape must not fail here: the other metrics matter most when the database is down. */
async function read(parts: StateGauges[]): Promise<string> {
  const beganAt = performance.now();
  const isUp = await select(Prisma.sql`SELECT 1`, upMs).then(
    () => true,
    (error) => {
      warnSeldom('once_database_up', error, 'the database did not answer a scrape of the metrics');
      return false;
    },
  );
  const seconds = isUp ? (performance.now() - beganAt) / 1_000 : Number.NaN;
  const own = [
    { name: 'once_database_up', labels: {}, value: isUp ? 1 : 0 },
    { name: 'once_database_seconds', labels: {}, value: seconds },
  ];
  const rows = isUp ? await readParts(parts, beganAt + lastStartMs) : [];
  return toText([database, ...parts], [...own, ...rows]);
}

/** One after the other, so that a scrape uses one connection, and a slow part costs only its own gauges. */
async function readParts(parts: StateGauges[], startBefore: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const part of parts) {
    try {
      if (performance.now() > startBefore) throw new Error('the parts before it took all the time');
      rows.push(...(await select(part.rows, partMs)));
    } catch (error) {
      const [first] = part.gauges;
      warnSeldom(first?.name ?? '', error, 'gauges of the database are NaN: they could not be read');
    }
  }
  return rows;
}

const database: Pick<StateGauges, 'gauges'> = {
  gauges: [
    {
      name: 'once_database_up',
      help: '1 when the database answered a small statement of this scrape, else 0',
    },
    {
      name: 'once_database_seconds',
      help: 'How long that statement took, with the wait for a connection; NaN when it failed',
    },
  ],
};

function select(statement: Prisma.Sql, limitMs: number): Promise<Row[]> {
  const rows = sql().$transaction(async (tx) => {
    await tx.$executeRaw`SELECT set_config('statement_timeout', ${String(limitMs)}, true)`;
    return tx.$queryRaw<Row[]>(statement);
  });
  return within(limitMs + graceMs, rows);
}

async function toText(parts: Pick<StateGauges, 'gauges'>[], rows: Row[]): Promise<string> {
  const registry = new Registry();
  for (const { name, help, labelNames = [] } of parts.flatMap(({ gauges }) => gauges)) {
    const gauge = new Gauge({ name, help, labelNames, registers: [registry] });
    const own = rows.filter((row) => row.name === name);
    for (const { labels, value } of own) gauge.set(labels, value ?? Number.NaN);
    if (own.length === 0 && labelNames.length === 0) gauge.set(Number.NaN);
  }
  return registry.metrics();
}
