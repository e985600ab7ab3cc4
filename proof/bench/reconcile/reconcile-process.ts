import { readFileSync } from 'node:fs';
import os from 'node:os';
import { byJob } from '#lib/orders/actor.ts';
import { closeDb, sql } from '#lib/platform/database/db.ts';
import { reconcile } from '#lib/reconciliation/reconcile.ts';
import type { Checked, Run } from '#lib/reconciliation/runs.ts';

/**
 * Reconciles once, in a process of its own with the worker's priority, and sends what it took to its parent. It repairs
 * nothing, so that the next run finds the same. It ends with its parent's connection.
 */

export interface Reconciled {
  /** Seconds of each step. */
  steps: Partial<Record<Run['step'], number>>;
  checked: Checked;
  /** Open discrepancies by kind. */
  found: Record<string, number>;
  /** The most memory that was resident, by Linux (`VmHWM`). */
  peakMb: number;
  cpuSeconds: number;
}

os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);
process.once('disconnect', () => process.exit());

async function reconcileOnce(): Promise<Reconciled> {
  const steps: Reconciled['steps'] = {};
  let step: Run['step'] = 'list';
  let began = performance.now();
  const onProgress = (run: Run) => {
    steps[step] = (steps[step] ?? 0) + (performance.now() - began) / 1_000;
    step = run.step;
    began = performance.now();
  };
  const asked = { actor: byJob('reconcile'), repairs: false, untilMs: Number.POSITIVE_INFINITY, onProgress };
  const run = await reconcile(asked);
  if (typeof run === 'string') throw new Error(`the run is ${run}`);
  const open = await sql().$queryRaw<{ kind: string; count: number }[]>`
    SELECT kind, count(*)::int AS count FROM discrepancy WHERE state = 'open' GROUP BY kind ORDER BY kind`;
  const { user, system } = process.cpuUsage();
  return {
    steps,
    checked: run.checked,
    found: Object.fromEntries(open.map(({ kind, count }) => [kind, count])),
    peakMb: peakMb(),
    cpuSeconds: (user + system) / 1e6,
  };
}

function peakMb(): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(status.match(/^VmHWM:\s+(\d+) kB/m)?.[1] ?? Number.NaN) / 1_024;
}

const reconciled = await reconcileOnce();
await closeDb();
process.send?.(reconciled);
