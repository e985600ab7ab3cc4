import { addJob } from '#lib/jobs/add-job.ts';
import { byJob } from '#lib/orders/actor.ts';
import { db } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';
import { reconcile } from '#lib/reconciliation/reconcile.ts';
import { isRunDue } from '#lib/reconciliation/runs.ts';

/** A job has a minute, and one unit of work takes seconds. */
const usualRunMs = 35_000;

/**
 * Reconciles all orders every RECONCILE_HOURS, and repairs what is certain. What is not finished in `runMs` is
 * continued by another job, without waiting for the next minute's.
 */
export async function reconcileRegularly(_payload: unknown = {}, runMs = usualRunMs): Promise<void> {
  const { RECONCILE_HOURS } = env();
  if (RECONCILE_HOURS === 0 || !(await isRunDue(RECONCILE_HOURS))) return;
  const untilMs = performance.now() + runMs;
  const run = await reconcile({ actor: byJob('reconcile'), repairs: true, untilMs });
  if (run === 'unfinished') await addJob(db(), 'reconcile', {}, { key: 'continue:reconcile' });
}
