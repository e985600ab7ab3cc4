import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { cpuSecondsOf } from '#bench/cpu.ts';
import { openLab } from '#bench/lab.ts';
import { percentile, saturate } from '#bench/load.ts';
import { addBenchProducts, prepareOrders } from '#bench/shoppers.ts';

/** `npm run bench`: how many orders a second this machine makes, and that not one was lost. */

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '20000' },
    connections: { type: 'string', default: '128' },
    skus: { type: 'string', default: '1000' },
  },
});
const [count, connections, skuCount] = [
  Number(values.orders),
  Number(values.connections),
  Number(values.skus),
];

const lab = await openLab();
try {
  const skus = await addBenchProducts(lab.client, skuCount);
  await saturate(lab.origin, await prepareOrders(lab.client, skus, 2_000), connections); // warm-up
  const requests = await prepareOrders(lab.client, skus, count);
  const before = await usage();
  const result = await saturate(lab.origin, requests, connections);
  const after = await usage();
  const { rows } = await lab.client.query<{ orders: number; lines: number; sold: number }>(
    `SELECT (SELECT count(*)::int FROM orders) AS orders, (SELECT count(*)::int FROM order_line) AS lines,
            (SELECT sum(100000000 - available)::int FROM stock WHERE sku LIKE 'BENCH-%') AS sold`,
  );
  console.log(
    `${cpus().length} cores, ${cpus()[0]?.model}; load generator, node, redis and postgres share them`,
  );
  console.table({
    'orders a second': Math.round((result.statuses['201'] ?? 0) / result.seconds),
    'p50 ms': percentile(result, 0.5).toFixed(1),
    'p99 ms': percentile(result, 0.99).toFixed(1),
    answers: JSON.stringify(result.statuses),
    'CPU seconds': Object.entries(after)
      .map(
        ([tier, seconds]) => `${tier} ${(seconds - (before[tier as keyof typeof before] ?? 0)).toFixed(2)}`,
      )
      .join(', '),
    'orders, lines, units sold': Object.values(rows[0] ?? {}).join(', '),
  });
  const { orders = 0, lines = 0, sold = 0 } = rows[0] ?? {};
  if (orders !== count + 2_000 || lines !== orders || sold !== orders) {
    throw new Error(
      `${count + 2_000} carts were submitted, but there are ${orders} orders, ${lines} lines, ${sold} units sold`,
    );
  }
} finally {
  await lab.close();
}

async function usage() {
  const { node, redis, postgres } = lab.pids;
  return {
    node: await cpuSecondsOf(node),
    redis: await cpuSecondsOf(redis),
    postgres: await cpuSecondsOf(postgres),
    load: await cpuSecondsOf(process.pid),
  };
}
