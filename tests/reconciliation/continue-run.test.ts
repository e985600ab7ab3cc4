import { spawn } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { reconcile } from '#lib/reconciliation/reconcile.ts';
import { reconcileRegularly } from '#lib/reconciliation/reconcile-regularly.ts';
import { openReconciledShop, reconcileAll, stranger } from './reconciled-shop.ts';

/** A run that was killed is continued where it was, and only one process works on a run. */

const { databaseUrl, simulator, order } = await openReconciledShop({
  RECONCILE_READS_PER_SECOND: '500',
});

const root = path.resolve(import.meta.dirname, '../..');
const script = path.join(root, 'scripts/reconcile/run.ts');

function start(args: string[], variables: Record<string, string> = {}) {
  const env = {
    ...process.env,
    ...{ DATABASE_URL: databaseUrl, STRIPE_SECRET_KEY: simulator.secretKey, STRIPE_API_BASE: simulator.url },
    ...variables,
  };
  const child = spawn(process.execPath, [script, ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (text) => (said.out += text));
  child.stderr.on('data', (text) => (said.err += text));
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, ...said })),
  );
  return { child, ended };
}

const unfinished = async () => db().reconciliation.findFirst({ where: { finishedAt: null } });

test('the command prints what it found, and says by its exit code whether something is open', async () => {
  const { orderId } = await order();
  const first = await start(['--json']).ended;
  expect([first.code, JSON.parse(first.out)]).toEqual([
    0,
    {
      window: { from: expect.stringMatching(/Z$/), to: expect.stringMatching(/Z$/) },
      checked: { orders: 1, payments: 1, refunds: 0, charges: 1, skus: 1 },
      discrepancies: [],
    },
  ]);
  await db().payment.updateMany({ where: { orderId }, data: { capturedMinor: 1 } });
  const second = await start(['--json']).ended;
  const [found] = JSON.parse(second.out).discrepancies;
  expect([second.code, found]).toEqual([
    1,
    {
      id: expect.any(String),
      ...{ kind: 'amount_differs', state: 'open', orderId, providerRef: expect.stringMatching(/^pi_/) },
      ours: expect.objectContaining({ capturedMinor: 1 }),
      theirs: expect.objectContaining({ currency: 'USD' }),
      firstSeenAt: expect.stringMatching(/Z$/),
    },
  ]);
  const shown = await start(['show', found.id]).ended;
  expect(shown).toMatchObject({
    code: 0,
    out: expect.stringContaining(`npm run reconcile -- repair ${found.id}`),
  });
  expect(await start(['repair', found.id, '--by', 'eva']).ended).toMatchObject({ code: 0 });
  expect(await db().payment.findFirst({ where: { orderId } })).toMatchObject({
    capturedMinor: found.theirs.capturedMinor,
  });
  expect(await start([]).ended).toMatchObject({ code: 0, out: expect.stringContaining('Nothing differs') });
});

test('a provider that does not answer ends the command with 2, and the same command continues', async () => {
  simulator.addFault({ kind: 'error_before', on: { path: '/v1/balance_transactions' }, times: 50 } as never);
  const { code, err, out } = await start(['--json']).ended;
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain('the same command continues');
  simulator.clearFaults();
  expect(await start(['--json']).ended).toMatchObject({ code: 0 });
}, 120_000);

test('a killed run is continued from its position, and finds everything once', async () => {
  const refs = Array.from({ length: 900 }, (_, index) => `pi_lost${index}`);
  const lost = { amount: 500, currency: 'usd', attempt: 1 };
  await simulator.plant(refs.map((id) => ({ id, ...lost, ...stranger() })));
  const { child, ended } = start(['--json'], { RECONCILE_READS_PER_SECOND: '1' });
  const position = async () => (await unfinished())?.position ?? null;
  await expect.poll(position, { timeout: 30_000 }).toMatch(/txn_/);
  // It is held by the process that works on it.
  const actor = { kind: 'operator', name: 'eva' } as const;
  expect(await reconcile({ actor, repairs: false, untilMs: Number.POSITIVE_INFINITY })).toBe('other');
  child.kill('SIGKILL');
  await ended;
  const left = await unfinished();
  expect(left).toMatchObject({ step: 'list' });
  const listed = await db().providerEntry.count();
  expect(listed).toBeGreaterThanOrEqual(100);
  expect(listed).toBeLessThan(refs.length);

  await db().$executeRaw`UPDATE reconciliation SET leased_until = now() WHERE finished_at IS NULL`;
  const { run, found } = await reconcileAll();
  expect(run.id).toBe(left?.id);
  expect(found.map(({ kind, providerRef }) => `${kind} ${providerRef}`).sort()).toEqual(
    refs.map((ref) => `charge_without_order ${ref}`).sort(),
  );
}, 120_000);

test('a run can be done in short pieces', async () => {
  const actor = { kind: 'job', name: 'reconcile' } as const;
  let pieces = 0;
  for (;;) {
    const run = await reconcile({ actor, repairs: false, untilMs: performance.now() + 1 });
    pieces += 1;
    if (typeof run === 'object') break;
    expect(run).toBe('unfinished');
  }
  expect(pieces).toBeGreaterThan(3);
});

test('a job that does not finish a run leaves another job that continues it, once', async () => {
  const continuing = () => db().$queryRaw<unknown[]>`
    SELECT run_at <= now() AS "isDue" FROM graphile_worker.jobs WHERE key = 'continue:reconcile'`;
  await reconcileRegularly({}, 1);
  await reconcileRegularly({}, 1);
  expect(await unfinished()).not.toBeNull();
  expect(await continuing()).toEqual([{ isDue: true }]);
  await reconcileRegularly({});
  expect(await unfinished()).toBeNull();
});
