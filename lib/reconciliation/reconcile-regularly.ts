import { byJob } from '#lib/orders/actor.ts';
import { env } from '#lib/platform/env.ts';
import { reconcile } from '#lib/reconciliation/reconcile.ts';
import { isRunDue } from '#lib/reconciliation/runs.ts';

/** A job has a minute, and one unit of work takes seconds. The next minute's job continues. */
const runMs = 35_000;

/** Reconciles all orders every RECONCILE_HOURS, and repairs what is certain. */
export async function reconcileRegularly(): Promise<void> {
  const { RECONCILE_HOURS } = env();
  if (RECONCILE_HOURS === 0 || !(await isRunDue(RECONCILE_HOURS))) return;
  await reconcile({ actor: byJob('reconcile'), repairs: true, untilMs: performance.now() + runMs });
}
