import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Scenario } from '#proof/bench/bench.ts';
import { type Caller, jsonKinds, prepareCallers } from '#proof/bench/calls/kinds.ts';
import { type KindResult, measureKind } from '#proof/bench/calls/measure-kind.ts';
import { measurementOf } from '#proof/bench/calls/measurement-of.ts';
import { recordCalls } from '#proof/bench/calls/record-calls.ts';
import { callConnections, callCounts } from '#proof/bench/scenarios/calls.ts';
import type { BareJson } from '#proof/bench/yardsticks/bare-json-server.ts';
import { listens, startChild } from '#proof/harness/services/child.ts';
import { choosePort } from '#scripts/services/ports.ts';

/** Node's own cost of a JSON call: the same statements from the same driver, without anything around them. */
export const bareJson: Scenario = {
  name: 'bare-json',
  about: "a bare node:http server that sends the shop's statements and answers the same JSON",
  against: [],
  async run(bench) {
    const { harness, options } = bench;
    const callers = await prepareCallers(bench);
    const port = await choosePort();
    const origin = `http://127.0.0.1:${port}`;
    const kinds = jsonKinds(origin, callers);
    const firstOf = (name: string) =>
      (name === 'order status' ? callers.orders[0] : callers.carts[0]) as Caller;
    const calls = await recordCalls(kinds, firstOf);
    const content: BareJson = { calls, callers: [...callers.carts, ...callers.orders] };
    const file = path.join(harness.folder, 'bare-json.json');
    await writeFile(file, JSON.stringify(content));
    const server = await startChild({
      command: process.execPath,
      args: [path.join('proof', 'bench', 'yardsticks', 'bare-json-server.ts'), String(port), file],
      variables: { BARE_DATABASE_URL: harness.databaseUrl },
      logFile: path.join(harness.folder, 'bare-json-server.log'),
      ready: () => listens(port),
    });
    try {
      const pids = { node: server.pid, postgres: harness.pids.postgres };
      const count = options.quick ? callCounts.quick : callCounts.full;
      const results: KindResult[] = [];
      for (const kind of kinds) {
        results.push(await measureKind(origin, pids, kind, { count, connections: callConnections }));
      }
      const model = `as fast as answers come, ${callConnections} at a time`;
      const about = { id: 'bare-json', title: 'The same statements and JSON from a bare server', model };
      const statementsOf = calls.map(({ name, statements }) => [`statements, ${name}`, statements.length]);
      return [measurementOf(about, results, Object.fromEntries(statementsOf))];
    } finally {
      await server.stop();
    }
  },
};
