import { measureCpu } from '#proof/bench/bench.ts';
import { readText } from '#proof/bench/browser/browser.ts';
import { type BrowserRequest, Lane, type Reply } from '#proof/bench/browser/lane.ts';
import { type Target, targetOf } from '#proof/bench/load/connection.ts';
import { saturate } from '#proof/bench/load/load.ts';
import { latencyOf } from '#proof/bench/load/record.ts';
import { rawRequest } from '#proof/bench/load/request.ts';
import type { Tier } from '#proof/bench/measurement.ts';
import { cpuMsOfOne, type Part } from '#proof/bench/part.ts';

/** Requests of one kind, which are sent again and again. */
export interface Kind {
  name: string;
  /** Different requests of this kind, without an origin: `url` is a path. They are sent in turns. */
  requests: BrowserRequest[];
  /** A text that the first request's answer contains. */
  shown: string;
}

/** What was measured of a kind, and whether its answers were right. */
export interface KindResult {
  part: Part;
  /** The answer of a single request, before the load. */
  sample: Reply;
  seconds: number;
  statuses: Record<string, number>;
  /** The load's answers with status 200; none when the sample was wrong. */
  right: number;
}

/** One request first, to look at its answer. Then a short warm-up, and the load, as fast as answers come. */
export async function measureKind(
  origin: string,
  pids: Partial<Record<Tier, number>>,
  { name, requests, shown }: Kind,
  { count, connections }: { count: number; connections: number },
): Promise<KindResult> {
  const target: Target = targetOf(origin);
  const sample = await sendOne(origin, requests[0] as BrowserRequest);
  const bytes = requests.map((request) => rawRequest(request));
  const inTurns = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => bytes[(from + index) % bytes.length] as Buffer);
  const warmUp = Math.ceil(count / 5);
  await saturate(target, inTurns(0, warmUp), { connections });
  const { value, usage } = await measureCpu(pids, () =>
    saturate(target, inTurns(warmUp, warmUp + count), { connections }),
  );
  const isRight = sample.status === 200 && readText(sample).includes(shown);
  return {
    sample,
    seconds: value.seconds,
    statuses: value.statuses,
    right: isRight ? (value.statuses['200'] ?? 0) : 0,
    part: {
      name,
      requests: count,
      cpuMs: cpuMsOfOne(usage.cpuSeconds, count),
      latency: latencyOf(value),
      bytes: sample.body.length,
    },
  };
}

async function sendOne(origin: string, request: BrowserRequest): Promise<Reply> {
  const lane = new Lane();
  try {
    return await lane.send({ ...request, url: origin + request.url });
  } finally {
    lane.close();
  }
}
