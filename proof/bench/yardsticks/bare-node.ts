import path from 'node:path';
import { measureCpu, requestsOf, type Scenario, summaryOf } from '#proof/bench/bench.ts';
import { check } from '#proof/bench/checks/invariants.ts';
import { saturate } from '#proof/bench/load/load.ts';
import { listens, startChild } from '#proof/harness/services/child.ts';
import { choosePort } from '#scripts/services/ports.ts';

/** Node's own capacity: the same requests, from the same generator. */
export const bareNode: Scenario = {
  name: 'bare-node',
  about: 'a bare node:http server that parses the order and answers JSON',
  against: [],
  async run({ options, harness, prepareOrders }) {
    const { connections } = options;
    const some = requestsOf(await prepareOrders(Math.ceil(options.orders / 10)));
    const requests = Array.from({ length: 20 }, () => some).flat();
    const port = await choosePort();
    const server = await startChild({
      command: process.execPath,
      args: [path.join('proof', 'bench', 'yardsticks', 'bare-server.ts'), String(port)],
      logFile: path.join(harness.folder, 'bare-server.log'),
      ready: () => listens(port),
    });
    try {
      const target = { host: '127.0.0.1', port };
      await saturate(target, some, { connections }); // warm-up
      const { value, usage } = await measureCpu({ node: server.pid }, () =>
        saturate(target, requests, { connections }),
      );
      const model = `as fast as answers come, ${connections} at a time`;
      const summary = summaryOf({ id: 'bare-node', title: 'A bare node:http server', model }, value);
      return [{ ...summary, usage, checks: [check('answers', requests.length, value.statuses['201'] ?? 0)] }];
    } finally {
      await server.stop();
    }
  },
};
