import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { isPayable, stateOfDispute } from '#proof/chaos/checker/check-money.ts';
import type { Harness } from '#proof/harness/harness.ts';
import type { Simulator } from '#proof/simulator/start-simulator.ts';

/**
 * How long the shop may take to settle everything once it all works again. A real shop would take
 * longer: the code below makes time pass. After a killed worker half a minute is usual, and a minute on a
 * machine that does other work, too. What never settles is open after any time.
 */
const settleLimitMs = 150_000;
const lookEveryMs = 1_000;

/**
 * Waits until no payment and no refund is open. Work that would happen within minutes happens
 * immediately: rows look old to the sweep, a sweep is requested, and events are sent again. The shop's
 * own worker does the rest. Resolves with the milliseconds that it took, or undefined if something
 * stayed open.
 */
export async function settle(harness: Harness): Promise<number | undefined> {
  const beganAt = performance.now();
  while (performance.now() - beganAt < settleLimitMs) {
    const untold = await harness.simulator.flushWebhooks();
    const open = await harness
      .withDatabase((client) => openAfterTime(client, harness.simulator))
      .catch(() => 1);
    if (untold === 0 && open === 0) return performance.now() - beganAt;
    await sleep(lookEveryMs);
  }
  return undefined;
}

/** Makes time pass for open payments and refunds. Resolves with how many are open. */
async function openAfterTime(client: pg.Client, simulator: Simulator): Promise<number> {
  const { rows } = await client.query<{ open: number }>(
    `SELECT (SELECT count(*) FROM payment WHERE status IN ('created', 'unknown'))::int
          + (SELECT count(*) FROM refund WHERE status = 'created')::int
          + (SELECT count(*) FROM orders WHERE status IN ('payment_pending', 'payment_processing', 'payment_unknown'))::int AS open`,
  );
  const open =
    (rows[0]?.open ?? 0) +
    (await payableAgain(client, simulator)) +
    (await unseenRefunds(client, simulator)) +
    (await unseenDisputes(client, simulator));
  if (open > 0) {
    await client.query(
      `UPDATE payment SET updated_at = now() - interval '1 hour'
       WHERE status IN ('created', 'requires_action', 'processing', 'unknown')`,
    );
    await client.query(`UPDATE refund SET updated_at = now() - interval '1 hour' WHERE status = 'created'`);
    // The shoppers have left: an order that still waits for its bank was abandoned.
    await client.query(
      `UPDATE orders SET hold_until = now() - interval '1 hour' WHERE status = 'payment_pending' AND EXISTS
         (SELECT FROM payment WHERE payment.user_id = orders.user_id AND order_id = id
            AND payment.status = 'requires_action')`,
    );
    // Such an attempt is cancelled when it is as old as a hold, not right after it began.
    await client.query(
      `UPDATE payment SET created_at = least(created_at, now() - interval '1 hour')
       WHERE status = 'requires_action'`,
    );
    // A killed worker leaves its job locked. The shop frees such a job after two minutes.
    await client.query(
      `UPDATE graphile_worker._private_jobs SET run_at = now(), locked_at = NULL, locked_by = NULL
       WHERE key LIKE 'call_off_payment:%' AND (locked_at IS NULL OR locked_at < now() - interval '15 seconds')`,
    );
    for (const task of ['sweep_payments', 'expire_holds', 'poll_events'])
      await client.query(`SELECT graphile_worker.add_job($1, '{}'::json, job_key => 'prove:' || $1)`, [task]);
  }
  return open;
}

/** Declined attempts for which the provider would accept another card. */
async function payableAgain(client: pg.Client, simulator: Simulator): Promise<number> {
  const { rows } = await client.query<{ ref: string }>(
    `SELECT provider_ref AS ref FROM payment WHERE status = 'declined' AND provider_ref IS NOT NULL`,
  );
  const payable = new Set(
    simulator
      .ledger()
      .filter(isPayable)
      .map(({ paymentIntent }) => paymentIntent),
  );
  return rows.filter(({ ref }) => payable.has(ref)).length;
}

/** Payments whose refunded amount at the provider differs from the shop's. */
async function unseenRefunds(client: pg.Client, simulator: Simulator): Promise<number> {
  const { rows } = await client.query<{ ref: string; refunded: number }>(
    `SELECT provider_ref AS ref, refunded_minor AS refunded FROM payment WHERE provider_ref IS NOT NULL`,
  );
  const refunded = new Map(simulator.ledger().map((row) => [row.paymentIntent, row.refunded]));
  return rows.filter((row) => (refunded.get(row.ref) ?? 0) !== row.refunded).length;
}

/** Disputes that the provider knows and the shop doesn't, or whose status is out of date. */
async function unseenDisputes(client: pg.Client, simulator: Simulator): Promise<number> {
  const { rows } = await client.query<{ ref: string; dispute: string | null; status: string | null }>(
    `SELECT payment.provider_ref AS ref, dispute.provider_ref AS dispute, dispute.status
     FROM payment LEFT JOIN dispute USING (user_id, order_id, attempt) WHERE payment.provider_ref IS NOT NULL`,
  );
  const known = new Map(rows.map((row) => [row.dispute, row.status]));
  const ours = new Set(rows.map(({ ref }) => ref));
  return simulator
    .disputes()
    .filter(({ paymentIntent }) => ours.has(paymentIntent))
    .filter(({ id, status }) => known.get(id) !== stateOfDispute(status)).length;
}
