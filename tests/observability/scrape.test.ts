import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Call } from '#proof/harness/shopper/call.ts';
import { Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { edgeMetrics, metricNames } from '#tests/observability/deployed-files.ts';
import { openRunningShop } from '#tests/observability/running-shop.ts';
import { metricsEnv } from '#tests/support/metrics.ts';
import { cardBody } from '#tests/support/money.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

const { first, second, worker, dataDir } = await openRunningShop();

async function scrape(call: Call = first.call): Promise<string> {
  const headers = { authorization: `Bearer ${metricsEnv.METRICS_TOKEN}` };
  return (await call('/api/metrics', { headers })).text();
}

/** `sku` is one of the shop's own items, and a scrape shows at most twenty of each process. */
const knownLabels = [
  ...[
    'answer',
    'call',
    'kind',
    'layer',
    'le',
    'major',
    'minor',
    'outcome',
    'patch',
    'pool',
    'process',
    'result',
  ],
  ...['rule', 'sku', 'source', 'space', 'state', 'status', 'task', 'type', 'version'],
];

/** The processes that a scrape shows. */
const processesIn = (text: string) =>
  [...text.matchAll(/^process_start_time_seconds\{process="([^"]+)"\}/gm)].map(([, name]) => name).sort();

const valueIn = (text: string, series: string): number | undefined => {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
};

test('one scrape of any web process shows all processes of the machine', async () => {
  for (const { call } of [first, second]) {
    await expect.poll(async () => processesIn(await scrape(call))).toEqual(['web-1', 'web-2', 'worker-1']);
  }
});

test('each layer counts what it did for an order and its copies', async () => {
  const sku = await addProduct('COUNTED');
  const shopper = await shopperWith(first.call, sku);
  const body = await cardBody(shopper);
  const elsewhere = new Shopper(second.call);
  elsewhere.cookie = shopper.cookie;
  for (const one of [shopper, elsewhere, elsewhere]) expect((await one.order(body)).status).toBe(201);
  const text = await scrape();
  expect(valueIn(text, 'once_order_answers_total{outcome="accepted",process="web-1"}')).toBe(1);
  expect(valueIn(text, 'once_order_answers_total{outcome="replayed",process="web-2"}')).toBe(2);
  expect(valueIn(text, 'once_submissions_total{layer="redis",answer="repeated",process="web-2"}')).toBe(2);
  expect(valueIn(text, 'once_provider_seconds_count{call="charge",result="answered",process="web-1"}')).toBe(
    1,
  );
  // These two are counted in the thread of the order writer.
  expect(valueIn(text, 'once_order_write_seconds_count{result="committed",process="web-1"}')).toBe(1);
  expect(valueIn(text, `once_hot_sku_orders{sku="${sku}",process="web-1"}`)).toBe(1);
});

test('every metric of the alerts and dashboards is in a scrape', async () => {
  // The worker shows its metrics as soon as it has loaded its tasks.
  await expect.poll(async () => (await scrape()).includes('once_job_seconds')).toBe(true);
  const text = await scrape();
  const shown = new Set([...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name));
  const missing = metricNames().filter(
    (name) => !shown.has(name) && !shown.has(name.replace(/_(?:bucket|sum|count)$/, '')),
  );
  expect(missing).toEqual(edgeMetrics());
});

test('no series has a label that a shopper could choose', async () => {
  const labels = new Set([...(await scrape()).matchAll(/[{,](\w+)="/g)].map(([, name]) => name ?? ''));
  expect([...labels].filter((name) => !knownLabels.includes(name))).toEqual([]);
});

test('a process that is killed disappears, one that hangs is counted, and both leave the others shown', async () => {
  second.child.kill('SIGKILL');
  await expect.poll(async () => processesIn(await scrape())).toEqual(['web-1', 'worker-1']);
  const folder = path.join(dataDir, 'metrics');
  const [shop = ''] = await readdir(folder);
  // Those of the two processes, and of the thread of the first one: the killed ones are removed.
  const sockets = () => readdir(path.join(folder, shop));
  await expect.poll(() => scrape().then(sockets)).toHaveLength(3);
  worker.kill('SIGSTOP');
  const text = await scrape();
  expect(processesIn(text)).toEqual(['web-1']);
  expect(valueIn(text, 'once_processes_silent')).toBe(1);
  worker.kill('SIGCONT');
});
