import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { startSmtp } from '#proof/harness/services/smtp.ts';
import { type Call, callUrl } from '#proof/harness/shopper/call.ts';
import { Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { startWebhookReceiver } from '#tests/support/services/webhook-receiver.ts';
import { startWorker } from '#tests/support/services/worker.ts';
import { startShopProcess } from '#tests/support/shop/another-process.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct, soldOf } from '#tests/support/shop/shop.ts';

/**
 * Every secret is replaced in steps ("Secrets" in docs/operations.md). While processes take a step one after
 * the other, each accepts what the other made, and what callers of either present.
 */

const receiver = await startWebhookReceiver();
afterAll(() => receiver.close());
await openPayingShop();

const secretsOf = (age: 'old' | 'new') => ({
  own: `the own secret, ${age}: more than 32 characters`.replaceAll(',', ' '),
  metrics: `the token of the metrics ${age}`,
  cron: `the secret of the clock ${age}`,
  events: `whsec_of_the_provider_${age}`,
  orderEvents: `whsec_${Buffer.from(`thirty-two bytes of a secret ${age}`).toString('base64')}`,
});
type Secrets = ReturnType<typeof secretsOf>;
const [old, fresh] = [secretsOf('old'), secretsOf('new')];

/** The variables of a step in which callers may present any of `accepted`. */
const step = (own: Record<string, string>, accepted: Secrets[]) => {
  const listOf = (name: keyof Secrets) => accepted.map((secrets) => secrets[name]).join(',');
  return {
    ...own,
    ORDER_WEBHOOK_URL: receiver.url,
    METRICS_TOKEN: listOf('metrics'),
    CRON_SECRET: listOf('cron'),
    STRIPE_WEBHOOK_SECRET: listOf('events'),
    ORDER_WEBHOOK_SECRET: listOf('orderEvents'),
  };
};
const steps = {
  before: step({ ONCE_SECRET: old.own }, [old]),
  accepting: step({ ONCE_SECRET: old.own, ONCE_SECRETS_NEXT: fresh.own }, [old, fresh]),
  signing: step({ ONCE_SECRET: fresh.own, ONCE_SECRETS_OLD: old.own }, [old, fresh]),
  after: step({ ONCE_SECRET: fresh.own }, [fresh]),
};
type Step = keyof typeof steps;

const processes = {} as Record<Step, Call>;
for (const name of Object.keys(steps) as Step[]) {
  processes[name] = callUrl((await startShopProcess(steps[name], afterAll)).url);
}

beforeEach(async () => {
  await db().$executeRaw`DELETE FROM graphile_worker._private_jobs`;
  receiver.received.length = 0;
  receiver.forged = 0;
});

const bearing = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const metricsOf = (call: Call, token: string) => call('/api/metrics', bearing(token));
const runJobs = (call: Call, secret: string) => call('/api/cron/jobs', bearing(secret));

/** Posts an event as the provider does. An event about a customer needs no order. */
function postEvent(call: Call, ...secrets: string[]): Promise<Response> {
  const data = { object: { object: 'customer', id: 'cus_1' } };
  const payload = JSON.stringify({
    id: `evt_${randomUUID()}`,
    object: 'event',
    type: 'customer.created',
    data,
  });
  const { webhooks } = new Stripe('sk_test_1');
  const signatures = secrets.map((secret) => webhooks.generateTestHeaderString({ payload, secret }));
  // The provider's form for several secrets: one time, then a signature for each.
  const [first = '', ...others] = signatures;
  const signature = [first, ...others.map((other) => other.slice(other.indexOf(',') + 1))].join(',');
  const headers = { 'content-type': 'application/json', 'stripe-signature': signature };
  return call('/api/webhooks/payments', { method: 'POST', headers, body: payload });
}

const moves: [one: Step, next: Step, presented: Secrets[]][] = [
  ['before', 'accepting', [old]],
  ['accepting', 'signing', [old, fresh]],
  ['signing', 'after', [fresh]],
];

describe.each(moves)('while one process is in step "%s" and another in "%s"', (one, next, presented) => {
  const both = [processes[one], processes[next]] as const;
  const eachWith = presented.flatMap((secrets) => both.map((call) => ({ call, secrets })));

  test('a session, a submit token and an order of one are good at the other', async () => {
    const sku = await addProduct(`ROTATED-${one}`.toUpperCase());
    for (const [issuer, taker] of [both, [both[1], both[0]]] as const) {
      const shopper = await shopperWith(issuer, sku);
      const body = await shopper.body();
      const elsewhere = new Shopper(taker);
      elsewhere.cookie = shopper.cookie;
      expect((await elsewhere.order(body)).status).toBe(201);
      expect((await shopper.order(body)).headers.get('idempotent-replayed')).toBe('true');
      const { orders } = await (await shopper.request('/api/orders')).json();
      expect(orders).toHaveLength(1);
    }
    expect(await soldOf(sku)).toEqual({ orders: 2, quantity: 2 });
  });

  test('both let in who reads the metrics and who runs the jobs', async () => {
    for (const { call, secrets } of eachWith) {
      expect((await metricsOf(call, secrets.metrics)).status).toBe(200);
      expect((await runJobs(call, secrets.cron)).status).toBe(200);
    }
  });

  test('both accept the provider’s events, also those with two signatures', async () => {
    for (const { call, secrets } of eachWith) {
      expect((await postEvent(call, secrets.events)).status).toBe(200);
    }
    for (const call of both) expect((await postEvent(call, old.events, fresh.events)).status).toBe(200);
  });

  test('the receiver of order events can check those of both', async () => {
    const sku = await addProduct(`TOLD-${one}`.toUpperCase());
    for (const { call, secrets } of eachWith) {
      receiver.secret = secrets.orderEvents;
      const shopper = await shopperWith(call, sku);
      expect((await shopper.order(await shopper.body())).status).toBe(201);
      const before = receiver.received.length;
      // The first run announces the order, which adds the job that posts its event.
      for (let runs = 0; runs < 3; runs += 1) expect((await runJobs(call, secrets.cron)).status).toBe(200);
      expect([receiver.received.length - before, receiver.forged]).toEqual([1, 0]);
    }
  });
});

test('after the last step the old secrets are worth nothing, and before the first one the new ones', async () => {
  for (const [call, secrets] of [
    [processes.after, old],
    [processes.before, fresh],
  ] as const) {
    expect((await metricsOf(call, secrets.metrics)).status).toBe(401);
    expect((await runJobs(call, secrets.cron)).status).toBe(401);
    expect((await postEvent(call, secrets.events)).status).toBe(400);
  }
  const shopper = await shopperWith(processes.before, await addProduct('LEFT-BEHIND'));
  const elsewhere = new Shopper(processes.after);
  elsewhere.cookie = shopper.cookie;
  expect((await elsewhere.request('/api/orders')).status).toBe(401);
});

// What would break: Vercel's cron presents the whole variable, so a list would have stopped the jobs.
test('a caller may present the whole list, and no list with a wrong entry', async () => {
  const call = processes.accepting;
  for (const separator of [',', ', ']) {
    const list = [old.cron, fresh.cron].join(separator);
    expect((await runJobs(call, list)).status).toBe(200);
    expect((await runJobs(call, `${list}${separator}another secret of the clock`)).status).toBe(401);
    expect((await runJobs(call, `${list}${separator}`)).status).toBe(401);
  }
});

test('emails wait while the mail server refuses the old password, and the next worker sends each once', async () => {
  const smtp = await startSmtp();
  try {
    const { port } = new URL(smtp.url);
    const workerWith = (password: string) =>
      startWorker({
        ...steps.after,
        ORDER_WEBHOOK_URL: '',
        SMTP_URL: `smtp://once:${password}@127.0.0.1:${port}`,
      });
    smtp.refusedPasswords.add('replaced');
    const late = workerWith('replaced');
    await late.ready;
    const shopper = await shopperWith(processes.after, await addProduct('EMAILED'));
    expect((await shopper.order(await shopper.body())).status).toBe(201);
    await expect.poll(() => late.log()).toMatch(/a job failed and will be retried/);
    late.child.kill('SIGTERM');
    await late.exited;
    expect(smtp.mails).toEqual([]);
    const next = workerWith('current');
    await next.ready;
    // Skips the wait until the next retry.
    await db().$executeRaw`UPDATE graphile_worker._private_jobs SET run_at = now()`;
    await expect.poll(() => smtp.mails.length).toBe(1);
    next.child.kill('SIGTERM');
    await next.exited;
    expect(smtp.mails).toHaveLength(1);
  } finally {
    await smtp.close();
  }
});
