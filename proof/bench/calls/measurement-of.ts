import type { KindResult } from '#proof/bench/calls/measure-kind.ts';
import { check } from '#proof/bench/checks/invariants.ts';
import type { Measurement } from '#proof/bench/measurement.ts';

/** Kinds of requests that were measured one after the other, as one measurement with a part for each. */
export function measurementOf(
  { id, title, model }: Pick<Measurement, 'id' | 'title' | 'model'>,
  results: KindResult[],
  figures: Measurement['figures'] = {},
): Measurement {
  const sum = (of: (result: KindResult) => number) => results.reduce((all, one) => all + of(one), 0);
  const sent = sum(({ part }) => part.requests);
  const seconds = sum((one) => one.seconds);
  const statuses: Record<string, number> = {};
  for (const result of results) {
    for (const [status, count] of Object.entries(result.statuses)) {
      statuses[status] = (statuses[status] ?? 0) + count;
    }
  }
  return {
    id,
    title,
    model,
    seconds,
    offeredPerSecond: null,
    sent,
    answeredPerSecond: (sent - (statuses.error ?? 0)) / seconds,
    statuses,
    replayed: 0,
    committed: 0,
    committedPerSecond: 0,
    latency: null,
    usage: { cpuSeconds: cpuSecondsOf(results), wallSeconds: seconds },
    memory: null,
    checks: [
      check(
        'right answers',
        sent,
        sum(({ right }) => right),
      ),
    ],
    figures,
    parts: results.map(({ part }) => part),
  };
}

function cpuSecondsOf(results: KindResult[]): Measurement['usage']['cpuSeconds'] {
  const seconds: Record<string, number> = {};
  for (const { part } of results) {
    for (const [tier, ms] of Object.entries(part.cpuMs)) {
      seconds[tier] = (seconds[tier] ?? 0) + (ms * part.requests) / 1000;
    }
  }
  return seconds;
}
