import { type AddressInfo, createServer } from 'node:net';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { callUrl } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { choosePort } from '#scripts/services/ports.ts';
import { metricsEnv } from '#tests/support/metrics.ts';
import { startCollector } from '#tests/support/services/collector.ts';
import { startWorker } from '#tests/support/services/worker.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';
import { startTraced, stopped } from '#tests/tracing/traced-shop.ts';

/** A collector that takes nothing delays no order and no stop, and what it did not get is counted. */

await openTestShop({ env: metricsEnv });

const refusing = await startCollector();
refusing.mode = 500;
const busy = await startCollector();
// Exports are repeated after it.
busy.mode = 503;
const hanging = await startCollector();
hanging.mode = 'hang';
afterAll(() => Promise.all([refusing, busy, hanging].map(({ close }) => close())));

/** Accepts connections and reads nothing from them. */
const silent = createServer({ pauseOnConnect: true }, (socket) => socket.on('error', () => undefined));
await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
afterAll(() => void silent.close());

const kinds: [string, string][] = [
  ['is away', `http://127.0.0.1:${await choosePort()}`],
  ['has no name', 'http://collector.invalid:4318'],
  ['answers 500', refusing.endpoint],
  ['answers 503', busy.endpoint],
  ['never answers', hanging.endpoint],
  ['never reads', `http://127.0.0.1:${(silent.address() as AddressInfo).port}`],
];

const traced = (endpoint: string) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_TRACES_SAMPLER_ARG: '1',
  DATA_DIR: `${process.env.DATA_DIR ?? '.data'}/without-collector`,
});

/** An export ends by itself after 10 s. A process that stops gives it two, and a busy machine needs some more. */
const stopMs = 8_000;

test.each(kinds)(
  'with a collector that %s, orders are answered and the process stops with 0',
  async (_, endpoint) => {
    const shop = await startTraced(traced(endpoint), onTestFinished);
    const sku = await addProduct(`TRACE-${kinds.findIndex(([, one]) => one === endpoint)}`);
    for (let count = 0; count < 3; count += 1) {
      const shopper = await shopperWith(shop.call, sku);
      expect((await shopper.order(await shopper.body())).status).toBe(201);
    }
    const { code, ms } = await stopped(shop.child);
    expect(code).toBe(0);
    expect(ms).toBeLessThan(stopMs);
  },
);

test.each(kinds)(
  'with a collector that %s, the worker runs its jobs and stops with 0',
  async (_, endpoint) => {
    const worker = startWorker(traced(endpoint));
    await worker.ready;
    const waiting = () => db().$queryRaw`SELECT FROM graphile_worker._private_jobs WHERE run_at <= now()`;
    await expect.poll(waiting).toEqual([]);
    const { code, ms } = await stopped(worker.child);
    expect(code).toBe(0);
    expect(ms).toBeLessThan(stopMs);
  },
);

test('spans that the collector did not take are counted and logged once', async () => {
  const shop = await startTraced(traced(refusing.endpoint), onTestFinished);
  const headers = { authorization: `Bearer ${metricsEnv.METRICS_TOKEN}` };
  const dropped = async () => {
    const metrics = await (
      await callUrl(`http://127.0.0.1:${shop.port}`)('/api/metrics', { headers })
    ).text();
    const lines = metrics.matchAll(/^once_spans_dropped_total\{[^}]*reason="not_exported"[^}]*\} (\d+)$/gm);
    return [...lines].reduce((sum, [, count]) => sum + Number(count), 0);
  };
  await expect.poll(dropped).toBeGreaterThan(2);
  const lines = shop.log().split('\n');
  expect(lines.filter((line) => line.includes('traces do not reach the collector'))).toHaveLength(1);
  expect((await stopped(shop.child)).code).toBe(0);
});
