import { Prisma } from '#lib/generated/prisma/client.ts';
import { sql } from '#lib/platform/database/db.ts';
import type { Range } from '#lib/reconciliation/find/scope.ts';

/** A run's row. A process holds it by a lease; after a crash, another process continues from its position. */

type Step = 'list' | 'orders' | 'stock' | 'days' | 'confirm' | 'repair' | 'done';

export interface Run extends Range {
  id: string;
  /** Whether differences with a certain answer are repaired. */
  repairs: boolean;
  /** Whether it compares all orders, or only those of its range. */
  isWhole: boolean;
  step: Step;
  position: string | null;
  parts: number;
  listFrom: Date | null;
  checked: Checked;
  startedAt: Date;
  finishedAt: Date | null;
  /** Changes with every process that takes the run, so that the one before can no longer write. */
  lease: string;
}

/** How much was compared. */
export interface Checked {
  orders: number;
  payments: number;
  refunds: number;
  charges: number;
  skus: number;
}

/** Each unit of work renews the lease, and takes seconds. */
const leaseSeconds = 60;

/** Orders in one part, for which a comparison takes some tens of milliseconds. */
const ordersPerPart = 4_000;
const maxParts = 4_096;

const columns = `
  id, from_at AS "from", to_at AS "to", repairs, is_whole AS "isWhole", step, position, parts,
  list_from AS "listFrom", started_at AS "startedAt", finished_at AS "finishedAt", lease, json_build_object('orders', orders, 'payments', payments, 'refunds', refunds,
  'charges', charges, 'skus', skus) AS checked`;

/** A lease that has ended. The column has milliseconds, and rounding could put it ahead of the clock. */
const justOver = Prisma.sql`date_trunc('milliseconds', now())`;

export interface NewRun {
  /** Orders placed from then on. Undefined: all. */
  from?: Date | undefined;
  /** Orders placed before. Undefined: now. */
  to?: Date | undefined;
  repairs: boolean;
  /** Whether there is a provider to list. */
  hasProvider: boolean;
}

/**
 * Takes the unfinished run, or begins one. `other`: another process is working on a run.
 * An unfinished run keeps its own range.
 */
export async function takeRun({ from, to, repairs, hasProvider }: NewRun): Promise<Run | 'other'> {
  await abandonOld();
  const [unfinished] = await lease();
  if (unfinished) return unfinished;
  const begun = await sql().$queryRaw<{ id: string }[]>`
    INSERT INTO reconciliation (from_at, to_at, repairs, is_whole, step, parts, leased_until)
    SELECT coalesce(${from ?? null}::timestamptz, (SELECT min(placed_at) FROM orders), now()),
           least(coalesce(${to ?? null}::timestamptz, now()), now()), ${repairs}::boolean,
           ${from === undefined && to === undefined}::boolean, ${hasProvider ? 'list' : 'orders'},
           greatest(1, least(${maxParts}::int, (SELECT count(*) FROM orders)::int / ${ordersPerPart}::int)),
           ${justOver}
    ON CONFLICT ((true)) WHERE finished_at IS NULL DO NOTHING RETURNING id`;
  if (begun.length === 0) return 'other';
  const [run] = await lease();
  return run ?? 'other';
}

/** What a run saw an hour ago says little about now, so it is ended and a new run begins. */
async function abandonOld(): Promise<void> {
  await sql().$executeRaw`
    WITH abandoned AS (
      UPDATE reconciliation SET finished_at = now()
      WHERE finished_at IS NULL AND leased_until < now() - interval '1 hour' RETURNING id)
    DELETE FROM reconciliation_suspect USING abandoned WHERE run_id = abandoned.id`;
}

/** Whether a run is under way, or the last one that compared and repaired everything began this long ago, or never. */
export async function isRunDue(hours: number): Promise<boolean> {
  const [row] = await sql().$queryRaw<{ due: boolean }[]>`
    SELECT NOT EXISTS (SELECT FROM reconciliation WHERE step = 'done' AND is_whole AND repairs
                       AND started_at > now() - make_interval(hours => ${hours}::int))
        OR EXISTS (SELECT FROM reconciliation WHERE finished_at IS NULL) AS due`;
  return row?.due ?? true;
}

const lease = () => sql().$queryRaw<Run[]>(leaseStatement);

const leaseStatement = Prisma.sql`
  UPDATE reconciliation
  SET leased_until = clock_timestamp() + make_interval(secs => ${leaseSeconds}::int), lease = gen_random_uuid()
  WHERE finished_at IS NULL AND leased_until <= clock_timestamp() RETURNING ${Prisma.raw(columns)}`;

/** What a unit of work changes of its run. */
export type Progress = Partial<Pick<Run, 'step' | 'position' | 'listFrom'>> & { counted?: Partial<Checked> };

/**
 * Writes the progress and renews the lease. The last step deletes the run's suspects with it. Undefined when another
 * process has taken the run meanwhile, after this one was silent for too long.
 */
export async function advance(
  run: Run,
  { step, position, listFrom, counted }: Progress,
): Promise<Run | undefined> {
  const { orders = 0, payments = 0, refunds = 0, charges = 0, skus = 0 } = counted ?? {};
  const isDone = step === 'done';
  const [after] = await sql().$queryRaw<Run[]>`
    WITH forgotten AS (
      DELETE FROM reconciliation_suspect USING reconciliation
      WHERE ${isDone}::boolean AND run_id = ${run.id}::uuid AND id = run_id AND lease = ${run.lease}::uuid)
    UPDATE reconciliation
    SET step = ${step ?? run.step}, position = ${position === undefined ? run.position : position},
        list_from = ${listFrom ?? run.listFrom}, orders = orders + ${orders}::int,
        payments = payments + ${payments}::int, refunds = refunds + ${refunds}::int,
        charges = charges + ${charges}::int, skus = skus + ${skus}::int,
        leased_until = clock_timestamp() + make_interval(secs => ${leaseSeconds}::int),
        finished_at = CASE WHEN ${isDone}::boolean THEN now() END
    WHERE id = ${run.id}::uuid AND lease = ${run.lease}::uuid AND finished_at IS NULL
    RETURNING ${Prisma.raw(columns)}`;
  return after;
}

/** Lets another process continue the run immediately. */
export async function release(run: Run): Promise<void> {
  await sql().$executeRaw`
    UPDATE reconciliation SET leased_until = ${justOver} WHERE id = ${run.id}::uuid AND lease = ${run.lease}::uuid`;
}
