import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, openConnections, type Target } from './connection.ts';
import { type LoadResult, startRecord } from './record.ts';

/**
 * Load on one local server, from this one process.
 *
 * `saturate` sends as fast as answers come (a closed model: it measures throughput, and its
 * latencies flatter a slow server, which is asked less while it is slow). `offer` sends on a fixed
 * schedule whether or not answers come (an open model), and counts an answer's time from when its
 * request was due, not from when it was sent: a stalled server cannot hide the requests that it
 * kept waiting, and neither can a stalled generator.
 *
 * What is measured: the time until the last byte of an answer has been read here, on this
 * machine's loopback. What is not: networks, TLS, browsers, and a machine that has its cores for
 * itself. The generator's own CPU time is reported beside the server's.
 */

/** Sends every request once, `connections` at a time. */
export async function saturate(
  target: Target,
  requests: Buffer[],
  { connections }: { connections: number },
): Promise<LoadResult> {
  const pool = openConnections(target, Math.min(connections, requests.length));
  const record = startRecord(requests.length);
  let next = 0;
  const drive = (connection: Connection) =>
    new Promise<void>((done) => {
      const step = () => {
        const index = next++;
        const request = requests[index];
        if (!request) return done();
        const dueAt = performance.now();
        record.sent();
        connection.send(request, (answer) => {
          record.settle(index, answer, dueAt);
          step();
        });
      };
      step();
    });
  await Promise.all(pool.all.map(drive));
  pool.close();
  return record.finish();
}

/**
 * Sends every request once, `perSecond` of them a second. A request that finds all connections in
 * use is sent when one is free, and its wait counts.
 */
export async function offer(
  target: Target,
  requests: Buffer[],
  { perSecond, connections }: { perSecond: number; connections: number },
): Promise<LoadResult> {
  const pool = openConnections(target, connections);
  const idle = [...pool.all];
  const record = startRecord(requests.length);
  let next = 0;
  let open = requests.length;
  let finished: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    finished = resolve;
  });

  function sendDue(): void {
    const due = Math.floor(((performance.now() - record.began) * perSecond) / 1000) + 1;
    for (; next < Math.min(due, requests.length) && idle.length > 0; next += 1) {
      send(idle.pop() as Connection, next);
    }
  }

  function send(connection: Connection, index: number): void {
    record.sent();
    connection.send(requests[index] as Buffer, (answer) => {
      record.settle(index, answer, record.began + (index * 1000) / perSecond);
      idle.push(connection);
      open -= 1;
      if (open === 0) finished();
      else sendDue();
    });
  }

  while (next < requests.length) {
    sendDue();
    await sleep(1);
  }
  await done;
  pool.close();
  return record.finish();
}
