import { percentile } from '#proof/bench/report/percentile.ts';
import type { Answer } from './response-parser.ts';

/** The status for "no answer": the connection broke, or the request was given up. */
export const noAnswer = 0;

/** The results of a load, request by request. */
export interface LoadResult {
  seconds: number;
  /** Requests sent. */
  sent: number;
  /** Answers by status; `error` counts requests without an answer. */
  statuses: Record<string, number>;
  /** Answers marked `Idempotent-Replayed`. */
  replayed: number;
  /** For each request, in the order of the list: the status, or `noAnswer`. */
  statusOf: Uint16Array;
  /** For each request: milliseconds until its answer; NaN without one. */
  latencyOf: Float32Array;
}

/** Collects the outcomes of `count` requests. */
export function startRecord(count: number) {
  const statusOf = new Uint16Array(count);
  const latencyOf = new Float32Array(count).fill(Number.NaN);
  const began = performance.now();
  let replayed = 0;
  let sent = 0;
  return {
    began,
    sent() {
      sent += 1;
    },
    /** `dueAt` is when the request should have been sent, which may be before it was sent. */
    settle(index: number, answer: Answer | undefined, dueAt: number) {
      if (!answer) return;
      statusOf[index] = answer.status;
      latencyOf[index] = performance.now() - dueAt;
      if (answer.replayed) replayed += 1;
    },
    finish(): LoadResult {
      const seconds = (performance.now() - began) / 1000;
      return { seconds, sent, statuses: countStatuses(statusOf), replayed, statusOf, latencyOf };
    },
  };
}

/** Two loads as one that took as long as the first: the requests of the first, then of the second. */
export function join(first: LoadResult, second: LoadResult): LoadResult {
  const statusOf = new Uint16Array([...first.statusOf, ...second.statusOf]);
  return {
    seconds: first.seconds,
    sent: first.sent + second.sent,
    statuses: countStatuses(statusOf),
    replayed: first.replayed + second.replayed,
    statusOf,
    latencyOf: new Float32Array([...first.latencyOf, ...second.latencyOf]),
  };
}

export function countStatuses(statusOf: Uint16Array): Record<string, number> {
  const statuses: Record<string, number> = {};
  for (const status of statusOf) {
    const name = status === noAnswer ? 'error' : String(status);
    statuses[name] = (statuses[name] ?? 0) + 1;
  }
  return statuses;
}

export interface Latency {
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** Percentiles in milliseconds, for all answers or only for some requests. */
export function latencyOf(result: LoadResult, belongs: (index: number) => boolean = () => true): Latency {
  const answered = result.latencyOf.filter((ms, index) => !Number.isNaN(ms) && belongs(index)).sort();
  return {
    p50: percentile(answered, 0.5),
    p95: percentile(answered, 0.95),
    p99: percentile(answered, 0.99),
    max: percentile(answered, 1),
  };
}
