import { requestsOf, type Scenario, summaryOf } from '#proof/bench/bench.ts';
import { offer } from '#proof/bench/load/load.ts';
import { type OverloadResult, overload as offerTooMuch } from '#proof/bench/load/overload.ts';
import { join, type LoadResult, latencyOf } from '#proof/bench/load/record.ts';
import { type Probe, recoveredAfterMs } from '#proof/bench/load/recovery.ts';
import type { Measurement } from '#proof/bench/measurement.ts';
import { percentile } from '#proof/bench/report/percentile.ts';

/** The interval and the duration of the single orders after the rush. */
const probeEveryMs = 50;
const probeForMs = 6_000;

/** Orders to offer, as a multiple of what the capacity could take: the rush must not run out of them. */
const spare = 1.3;

/**
 * Ten times the capacity. Accepted orders continue, the rest is refused immediately, and then the rush
 * is over.
 */
export const overload: Scenario = {
  name: 'overload',
  about: 'ten times the capacity, refused orders submitted again; then the time to recover',
  against: [],
  async run(bench) {
    const { options, shop, measureShop } = bench;
    const { overloadSeconds: seconds, overloadConnections: connections } = options;
    const capacity = await bench.capacity();
    const perSecond = Math.round(capacity * options.overloadFactor);
    bench.say(`preparing for ${seconds} s at ${perSecond.toLocaleString('en')} requests a second`);
    const rush = await bench.prepareOrders(Math.ceil(capacity * seconds * spare) + connections);
    const probeOrders = await bench.prepareOrders(probeForMs / probeEveryMs);
    let crowd: OverloadResult | undefined;
    let probes: LoadResult | undefined;
    const measurement = await measureShop({
      id: 'overload',
      title: `${options.overloadFactor} times the capacity for ${seconds} s`,
      model: `on a schedule, ${connections.toLocaleString('en')} connections`,
      offeredPerSecond: perSecond,
      orders: [...rush, ...probeOrders],
      orderOf: (request) => crowd?.orderOf[request] ?? rush.length + request - (crowd?.sent ?? 0),
      answers: [201, 503],
      drive: async () => {
        let probing: Promise<LoadResult> | undefined;
        const onOver = () => {
          const pace = { perSecond: 1000 / probeEveryMs, connections: 100 };
          probing = offer(shop, requestsOf(probeOrders), pace);
        };
        crowd = await offerTooMuch(shop, requestsOf(rush), { perSecond, seconds, connections, onOver });
        probes = (await probing) as LoadResult;
        return join(crowd, probes);
      },
    });
    return crowd && probes ? [aboutTheCrowd(measurement, crowd, probes, capacity)] : [];
  },
};

/** The measurement of the rush alone; the one of everything together has the checks. */
function aboutTheCrowd(
  measurement: Measurement,
  crowd: OverloadResult,
  probes: LoadResult,
  capacity: number,
): Measurement {
  // The first second fills the queues.
  const seconds = crowd.acceptedEachSecond.slice(1).sort((a, b) => a - b);
  const [least, median] = [percentile(seconds, 0), percentile(seconds, 0.5)];
  const ofStatus = (status: number) => latencyOf(crowd, (request) => crowd.statusOf[request] === status);
  return {
    ...summaryOf(measurement, crowd),
    committed: measurement.committed,
    committedPerSecond: median,
    usage: measurement.usage,
    memory: measurement.memory,
    checks: measurement.checks,
    latency: ofStatus(201),
    figures: {
      'orders a second, of the saturated rate': median / capacity,
      'orders in the worst second, of the saturated rate': least / capacity,
      'requests sent a second': crowd.sent / crowd.seconds,
      'requests without a free connection': crowd.unsent,
      'p50 of a 503, ms': ofStatus(503).p50,
      'p99 of a 503, ms': ofStatus(503).p99,
      'recovered after ms': recoveredAfterMs(probesOf(probes)),
    },
  };
}

function probesOf({ statusOf, latencyOf }: LoadResult): Probe[] {
  return [...statusOf].map((status, index) => ({
    dueAtMs: index * probeEveryMs,
    status,
    latencyMs: latencyOf[index] ?? Number.NaN,
  }));
}
