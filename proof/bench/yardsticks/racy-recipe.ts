import path from 'node:path';
import { measureCpu, type Scenario, summaryOf } from '#proof/bench/bench.ts';
import { saturate } from '#proof/bench/load/load.ts';
import { prepareDuplicates } from '#proof/bench/scenarios/duplicates.ts';
import { openYardstick, yardstickUrl } from '#proof/bench/yardsticks/tables.ts';
import { listens, startChild } from '#proof/harness/services/child.ts';
import { choosePort } from '#scripts/services/ports.ts';

/** The load of `duplicates`, on the common recipe that the shop avoids. */
export const racyRecipe: Scenario = {
  name: 'racy-recipe',
  about: 'every order 10 times on "get, setex, insert": how many become two orders or more',
  against: [],
  async run(bench) {
    const { options, harness } = bench;
    const { connections } = options;
    const { orders, requests } = await prepareDuplicates(bench, options.orders / 4, 10);
    const client = await openYardstick(bench);
    const port = await choosePort();
    const server = await startChild({
      command: process.execPath,
      args: [path.join('proof', 'bench', 'yardsticks', 'racy-server.ts'), String(port)],
      variables: { RACY_DATABASE_URL: yardstickUrl(bench), RACY_REDIS_URL: harness.redisUrl },
      logFile: path.join(harness.folder, 'racy-server.log'),
      ready: () => listens(port),
    });
    try {
      const pids = { node: server.pid, redis: harness.pids.redis, postgres: harness.pids.postgres };
      const { value, usage } = await measureCpu(pids, () =>
        saturate({ host: '127.0.0.1', port }, requests, { connections }),
      );
      const { rows } = await client.query<{ made: number; carts: number; twice: number }>(
        `SELECT coalesce(sum(count), 0)::int AS made, count(*)::int AS carts,
                count(*) FILTER (WHERE count > 1)::int AS twice
         FROM (SELECT count(*) FROM racy_order GROUP BY cart_id) AS of_cart`,
      );
      const { made = 0, carts = 0, twice = 0 } = rows[0] ?? {};
      const model = `as fast as answers come, ${connections} at a time`;
      const summary = summaryOf(
        { id: 'racy-recipe', title: 'Get, setex, insert: every order 10 times', model },
        value,
      );
      return [
        {
          ...summary,
          committed: made,
          committedPerSecond: made / value.seconds,
          usage,
          figures: {
            'carts submitted': orders.length,
            'orders made': made,
            'orders too many': made - carts,
            'carts ordered twice or more': twice,
          },
        },
      ];
    } finally {
      await server.stop();
      await client.end();
    }
  },
};
