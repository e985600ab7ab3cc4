import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Scenario } from '#proof/bench/bench.ts';
import { Lane } from '#proof/bench/browser/lane.ts';
import { pageKinds } from '#proof/bench/calls/kinds.ts';
import { type Kind, type KindResult, measureKind } from '#proof/bench/calls/measure-kind.ts';
import { measurementOf } from '#proof/bench/calls/measurement-of.ts';
import { type Item, stockUp } from '#proof/bench/purchase/shopper.ts';
import { callConnections, pageCounts } from '#proof/bench/scenarios/calls.ts';
import type { KeptPage } from '#proof/bench/yardsticks/bare-page-server.ts';
import { listens, startChild } from '#proof/harness/services/child.ts';
import { choosePort } from '#scripts/services/ports.ts';

/** Node's own cost of a page: the same bytes from memory. */
export const barePage: Scenario = {
  name: 'bare-page',
  about: 'a bare node:http server that sends the bytes of the cached pages from memory',
  against: [],
  async run({ harness, options }) {
    const [item] = await stockUp(harness.client);
    const kinds = pageKinds(harness.origin, item as Item);
    const file = path.join(harness.folder, 'bare-pages.json');
    await writeFile(file, JSON.stringify(await fetchPages(harness.origin, kinds)));
    const port = await choosePort();
    const server = await startChild({
      command: process.execPath,
      args: [path.join('proof', 'bench', 'yardsticks', 'bare-page-server.ts'), String(port), file],
      logFile: path.join(harness.folder, 'bare-page-server.log'),
      ready: () => listens(port),
    });
    const count = options.quick ? pageCounts.quick : pageCounts.full;
    try {
      const results: KindResult[] = [];
      for (const kind of kinds) {
        const pids = { node: server.pid };
        const load = { count, connections: callConnections };
        results.push(await measureKind(`http://127.0.0.1:${port}`, pids, kind, load));
      }
      const model = `as fast as answers come, ${callConnections} at a time`;
      const about = { id: 'bare-page', title: 'The same pages from a bare node:http server', model };
      return [measurementOf(about, results)];
    } finally {
      await server.stop();
    }
  },
};

/** The shop's own answers, as they are transferred. */
async function fetchPages(origin: string, kinds: Kind[]): Promise<KeptPage[]> {
  const lane = new Lane();
  const pages: KeptPage[] = [];
  for (const { requests } of kinds) {
    const [request] = requests;
    if (!request) continue;
    const { headers, body } = await lane.send({ ...request, url: origin + request.url });
    const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, date: ____, ...kept } = headers;
    pages.push({ url: request.url, headers: kept as Record<string, string>, body: body.toString('base64') });
  }
  lane.close();
  return pages;
}
