import { withLanes } from '#proof/bench/browser/lane.ts';
import { type LoadResult, startRecord } from '#proof/bench/load/record.ts';
import type { Usage } from '#proof/bench/measurement.ts';
import { cpuMsOfOne, latencyAmong, mean, type Part } from '#proof/bench/part.ts';
import type { Shopper } from '#proof/bench/purchase/shopper.ts';
import { orderStep, steps, takeStep } from '#proof/bench/purchase/steps.ts';

/** Every shopper buys, `lanes` of them at a time, as fast as answers come. */
export function buyAll(shoppers: Shopper[], lanes: number): Promise<LoadResult> {
  return record(shoppers, () =>
    withLanes(shoppers, lanes, async (shopper, lane) => {
      for (const at of steps.keys()) await takeStep(shopper, at, lane);
    }),
  );
}

/**
 * All shoppers take the first step, then all take the second, and so on. `measure` is called with each
 * step's load, and tells what it used.
 */
export async function buyStepByStep(
  shoppers: Shopper[],
  lanes: number,
  measure: (load: () => Promise<void>) => Promise<Usage>,
): Promise<{ result: LoadResult; usageOf: Usage[] }> {
  const usageOf: Usage[] = [];
  const result = await record(shoppers, async () => {
    for (const at of steps.keys()) {
      const load = () => withLanes(shoppers, lanes, (shopper, lane) => takeStep(shopper, at, lane));
      usageOf.push(await measure(load));
    }
  });
  return { result, usageOf };
}

/** The shopper whose order a request submitted, in the numbering of the results here. */
export const shopperOf = (request: number): number | undefined =>
  request % steps.length === orderStep ? Math.floor(request / steps.length) : undefined;

/** The requests are numbered shopper by shopper. Those after a failed step count as unanswered. */
async function record(shoppers: Shopper[], run: () => Promise<void>): Promise<LoadResult> {
  const kept = startRecord(shoppers.length * steps.length);
  await run();
  for (const [index, { replies }] of shoppers.entries()) {
    for (const [at, { status, ms }] of replies.entries()) {
      kept.sent();
      if (status === 0) continue;
      const request = index * steps.length + at;
      kept.settle(request, { status, replayed: false, closes: false }, performance.now() - ms);
    }
  }
  return kept.finish();
}

/** CPU time from the shoppers that went step by step, times and sizes from those of the mixed load. */
export function partsOf(mixed: Shopper[], usageOf: Usage[], requests: number): Part[] {
  return steps.map(({ name }, at) => {
    const replies = mixed.flatMap(({ replies }) => replies[at] ?? []).filter(({ status }) => status > 0);
    return {
      name,
      requests,
      cpuMs: cpuMsOfOne(usageOf[at]?.cpuSeconds ?? {}, requests),
      latency: latencyAmong(replies.map(({ ms }) => ms)),
      bytes: mean(replies.map(({ body }) => body.length)),
    };
  });
}
