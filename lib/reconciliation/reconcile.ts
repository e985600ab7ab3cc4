import { takesCards } from '#lib/payment-provider/takes-cards.ts';
import { logger } from '#lib/platform/logger.ts';
import { inTrace } from '#lib/platform/tracing/tracing.ts';
import { findChangedDays, readClosedMonths } from '#lib/reconciliation/close-day.ts';
import { confirmSome, noteSuspects } from '#lib/reconciliation/confirm.ts';
import {
  compareForeign,
  comparePart,
  compareStock,
  compareUnexplained,
  type ForeignPlace,
} from '#lib/reconciliation/find/compare.ts';
import type { Range } from '#lib/reconciliation/find/scope.ts';
import { listingUntilNow, listSome, moveCursor, planAnew } from '#lib/reconciliation/list-provider.ts';
import type { Slice } from '#lib/reconciliation/list-slices.ts';
import type { By } from '#lib/reconciliation/record.ts';
import { repairSome } from '#lib/reconciliation/repair.ts';
import { advance, type NewRun, type Progress, type Run, release, takeRun } from '#lib/reconciliation/runs.ts';

/**
 * Compares orders, payments, stock, emails and the provider's balance, and records where they differ
 * (docs/decisions/0033-books-are-compared-in-sql.md). A run is a sequence of small units. Each reads a part, writes
 * what it found, and then the position after it, so a killed run is continued where it was.
 */

/** Longer than the answer to a charge takes to be written after the provider has sent it. */
const usualSettlingMs = 3_000;

export interface Reconcile extends Omit<NewRun, 'hasProvider'> {
  actor: By['actor'];
  /** By `performance.now()`: no unit begins after it. */
  untilMs: number;
  /** The time between the first and the second look. */
  settlingMs?: number;
  onProgress?: (run: Run) => void;
}

/**
 * The finished run. `unfinished`: the time was over; the next call continues. `other`: another process is working
 * on a run. Throws `UnknownOutcome` when the provider gives no answer for a quarter of a minute; the run can be continued.
 */
export function reconcile(asked: Reconcile): Promise<Run | 'unfinished' | 'other'> {
  // Always, where traces are on: there are few runs, and a slow one is of interest.
  return inTrace('reconciliation', { always: true }, () => runUnits(asked));
}

async function runUnits(asked: Reconcile): Promise<Run | 'unfinished' | 'other'> {
  let run = await takeRun({ ...asked, hasProvider: takesCards() });
  if (run === 'other') return 'other';
  try {
    while (run.step !== 'done') {
      if (performance.now() > asked.untilMs) return 'unfinished';
      const progress = await units[run.step](run, asked);
      const after = await advance(run, progress);
      if (!after) return 'other';
      run = after;
      asked.onProgress?.(run);
    }
  } finally {
    if (run.step !== 'done') await release(run);
  }
  logger().info({ ...run.checked }, 'the books were reconciled');
  return run;
}

type Unit = (run: Run, asked: Reconcile) => Promise<Progress>;

const units: Record<Exclude<Run['step'], 'done'>, Unit> = {
  list,
  orders: compareSome,
  stock: compareSomeStock,
  days: compareSomeDays,
  confirm,
  repair,
};

/** How long slices are listed before the position is written. */
const listMs = 5_000;

/** The range is fixed when the run begins to list: a later one would shift the pages. */
async function list({ position, isWhole, from }: Run): Promise<Progress> {
  const again = isWhole ? {} : { from };
  const { until, left, listFrom } = readPosition(position) ?? begin(await listingUntilNow(again));
  const after = await listSome(left, performance.now() + listMs);
  if (after.length > 0) return { listFrom, position: JSON.stringify({ until, left: after }) };
  await moveCursor(until);
  await planAnew();
  return { listFrom, step: 'orders', position: null };
}

/** The end of the range, and what is left of it. `listFrom`: its begin, when it begins. */
interface ListPosition {
  until: Date;
  left: Slice[];
  listFrom?: Date;
}

const begin = (range: Slice): ListPosition => ({
  until: range.until,
  left: [range],
  listFrom: range.since,
});

/** Undefined at the begin. The release before wrote another text: its run lists everything again. */
function readPosition(position: string | null): ListPosition | undefined {
  if (!position?.startsWith('{')) return undefined;
  const { until, left } = JSON.parse(position) as ListPosition;
  const slices = left.map((slice) => ({
    ...slice,
    since: new Date(slice.since),
    until: new Date(slice.until),
  }));
  return { until: new Date(until), left: slices };
}

/** What a run compares. A charge may be older than the oldest order that is left. */
const rangeOf = ({ isWhole, from, to }: Run): Range => ({ from: isWhole ? new Date(0) : from, to });

/** Before the place of a charge of another program, in a position. The positions of parts are numbers. */
const foreign = 'foreign ';

/** Orders by their shoppers, and then the charges of other programs. */
async function compareSome(run: Run): Promise<Progress> {
  const { id, position, parts } = run;
  if (position?.startsWith(foreign)) return compareSomeForeign(run, position.slice(foreign.length));
  const part = Number(position ?? 0);
  const { found, counted } = await comparePart(part, parts, rangeOf(run));
  await noteSuspects(id, found);
  return { position: part + 1 >= parts ? foreign : String(part + 1), counted };
}

async function compareSomeForeign(run: Run, place: string): Promise<Progress> {
  const after = place === '' ? undefined : (JSON.parse(place) as ForeignPlace);
  const { found, last } = await compareForeign(rangeOf(run), after);
  await noteSuspects(run.id, found);
  return last ? { position: foreign + JSON.stringify(last) } : { step: 'stock', position: null };
}

async function compareSomeStock(run: Run): Promise<Progress> {
  const { id, position } = run;
  if (position === null) await noteSuspects(id, await compareUnexplained(rangeOf(run)));
  const { found, counted, last } = await compareStock(position ?? '');
  await noteSuspects(id, found);
  return last === undefined ? { step: 'days', position: null, counted } : { position: last, counted };
}

/** A month at a time. */
async function compareSomeDays({ id, position }: Run): Promise<Progress> {
  const [month] = await readClosedMonths(position ?? undefined);
  if (!month) return { step: 'confirm', position: null };
  await noteSuspects(id, await findChangedDays(month.from, month.to));
  return { position: month.to };
}

async function confirm(
  { id, position, repairs }: Run,
  { actor, settlingMs = usualSettlingMs }: Reconcile,
): Promise<Progress> {
  const last = await confirmSome(position ?? undefined, { actor, runId: id }, settlingMs);
  if (last !== undefined) return { position: last };
  return { step: repairs ? 'repair' : 'done', position: null };
}

async function repair({ id, position }: Run, { actor }: Reconcile): Promise<Progress> {
  const last = await repairSome(position ?? undefined, { actor, runId: id });
  return last === undefined ? { step: 'done', position: null } : { position: last };
}
