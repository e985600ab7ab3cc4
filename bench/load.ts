import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';

/**
 * Load on one local server. `saturate` sends as fast as answers come (a closed model: it measures
 * throughput, and its latencies flatter a slow server). `offer` sends on a fixed schedule whether
 * or not answers come (an open model), and counts an answer's time from when its request was due,
 * not from when it was sent: a stalled server cannot hide the requests that it kept waiting.
 */

export interface LoadRequest {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body?: string;
}

export interface LoadResult {
  seconds: number;
  sent: number;
  /** Answers by status; `error` counts requests that got none. */
  statuses: Record<string, number>;
  /** Answers marked `Idempotent-Replayed`. */
  replayed: number;
  /** Milliseconds of every answer, sorted. */
  latencies: Float64Array;
}

/** No answer of the shop may take longer; a request without one by then is an error. */
const answerLimitMs = 30_000;

interface Recorder {
  run(request: LoadRequest, dueAt: number): Promise<void>;
  finish(): Promise<LoadResult>;
}

function record(origin: string, connections: number, capacity: number): Recorder {
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    headersTimeout: answerLimitMs,
    bodyTimeout: answerLimitMs,
  });
  const latencies = new Float64Array(capacity);
  const statuses: Record<string, number> = {};
  let sent = 0;
  let answered = 0;
  let replayed = 0;
  const began = performance.now();
  return {
    async run(request, dueAt) {
      sent += 1;
      try {
        const { statusCode, headers, body } = await pool.request(request);
        await body.dump();
        latencies[answered++] = performance.now() - dueAt;
        statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
        if (headers['idempotent-replayed']) replayed += 1;
      } catch {
        statuses.error = (statuses.error ?? 0) + 1;
      }
    },
    async finish() {
      const seconds = (performance.now() - began) / 1000;
      await pool.close();
      return { seconds, sent, statuses, replayed, latencies: latencies.slice(0, answered).sort() };
    },
  };
}

/** Sends every request once, `connections` at a time. */
export async function saturate(
  origin: string,
  requests: LoadRequest[],
  connections: number,
): Promise<LoadResult> {
  const recorder = record(origin, connections, requests.length);
  let next = 0;
  const work = async () => {
    for (let request = requests[next++]; request; request = requests[next++]) {
      await recorder.run(request, performance.now());
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  return recorder.finish();
}

/** Sends every request once, `perSecond` of them a second, over as many connections as that takes. */
export async function offer(
  origin: string,
  requests: LoadRequest[],
  { perSecond, connections }: { perSecond: number; connections: number },
): Promise<LoadResult> {
  const recorder = record(origin, connections, requests.length);
  const began = performance.now();
  const running: Promise<void>[] = [];
  for (let next = 0; next < requests.length; ) {
    const due = Math.min(requests.length, Math.floor(((performance.now() - began) * perSecond) / 1000) + 1);
    for (; next < due; next += 1) {
      running.push(recorder.run(requests[next] as LoadRequest, began + (next * 1000) / perSecond));
    }
    await sleep(1);
  }
  await Promise.all(running);
  return recorder.finish();
}

/** The latency that this share of the answers did not exceed, in milliseconds. */
export function percentile({ latencies }: LoadResult, share: number): number {
  return latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
}
