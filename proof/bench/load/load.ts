import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, openConnections, type Target } from './connection.ts';
import { countStatuses, type LoadResult, noAnswer, startRecord } from './record.ts';

/**
 * Load on one local server, from this one process.
 *
 * `saturate` sends as fast as answers come (a closed model). It measures throughput. Its latencies
 * flatter a slow server, because that gets fewer requests while it is slow. `offer` sends on a fixed
 * schedule, whether or not answers come (an open model). It counts an answer's time from when its
 * request was due, not from when it was sent. So neither a stalled server nor a stalled generator can
 * hide the requests that it kept waiting. `cycle` is a closed load in the background of another one.
 *
 * Measured: the time until the last byte of an answer has been read here, on this machine's loopback.
 * Not measured: networks, TLS, browsers, and a server with the machine's cores to itself. The
 * generator's own CPU time is reported beside the server's.
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
 * Sends every request once, at `perSecond` requests per second. If all connections are in use, a request
 * waits for a free one, and its wait counts.
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

/** A closed load without an end of its own. */
export interface Cycle {
  /** Sends no more requests. Resolves when the open ones are answered. */
  stop(): Promise<LoadResult>;
}

/** Sends the requests again and again, `connections` at a time, until it is stopped. */
export function cycle(target: Target, requests: Buffer[], { connections }: { connections: number }): Cycle {
  const pool = openConnections(target, connections);
  const began = performance.now();
  const statuses: number[] = [];
  const times: number[] = [];
  let next = 0;
  let stopping = false;
  const drive = (connection: Connection) =>
    new Promise<void>((done) => {
      const step = () => {
        if (stopping) return done();
        const index = next++;
        const sentAt = performance.now();
        connection.send(requests[index % requests.length] as Buffer, (answer) => {
          statuses[index] = answer?.status ?? noAnswer;
          times[index] = answer ? performance.now() - sentAt : Number.NaN;
          step();
        });
      };
      step();
    });
  const driven = Promise.all(pool.all.map(drive));
  return {
    async stop() {
      stopping = true;
      await driven;
      pool.close();
      const statusOf = Uint16Array.from(statuses);
      return {
        seconds: (performance.now() - began) / 1000,
        sent: next,
        statuses: countStatuses(statusOf),
        replayed: 0,
        statusOf,
        latencyOf: Float32Array.from(times),
      };
    },
  };
}
