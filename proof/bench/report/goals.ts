import { cpuSecondsTogether, type Measurement, type Tier } from '#proof/bench/measurement.ts';
import { reconcileGoals } from '#proof/bench/reconcile/reconcile-goals.ts';
import {
  divide,
  type Find,
  figure,
  type Goal,
  judged,
  limit,
  type Unjudged,
} from '#proof/bench/report/goal.ts';
import { purchaseGoals } from '#proof/bench/report/purchase-goals.ts';

/** The tiers that do an order's work; the generator does not. */
const shopTiers = ['node', 'redis', 'postgres'] as const;

export function judge(measurements: Measurement[]): Goal[] {
  const byId = new Map(measurements.map((measurement) => [measurement.id, measurement]));
  const find: Find = (id) => byId.get(id);
  return [...purchaseGoals(find), ...orderGoals(find, measurements), ...reconcileGoals(find)]
    .map(judged)
    .filter((goal) => goal !== undefined);
}

function orderGoals(find: Find, measurements: Measurement[]): Unjudged[] {
  const ratio = (
    name: string,
    yardstick: string,
    value: number | undefined,
    atLeast?: number,
    note?: string,
  ): Unjudged => ({
    name,
    yardstick,
    value,
    unit: '×',
    goal: atLeast === undefined ? null : { atLeast },
    note,
  });
  return [
    ratio('Orders a second', 'pgbench', times(find, 'unique', 'pgbench', ordersPerSecond), 2),
    ratio(
      'Orders per CPU second of all tiers',
      'pgbench per CPU second of postgres',
      divide(perCpuSecond(find('unique'), shopTiers), perCpuSecond(find('pgbench'), ['postgres'])),
      1.5,
    ),
    ratio(
      'Orders a second of one hot sku',
      'pgbench on one sku',
      times(find, 'hot', 'pgbench-hot', ordersPerSecond),
      5,
    ),
    ratio(
      'Replays a second from Node',
      'bare node:http',
      times(find, 'replay', 'bare-node', answersPerSecond),
      0.5,
    ),
    ratio(
      'Duplicates a second from nginx',
      'nginx return 200',
      times(find, 'edge-cached', 'nginx-return', answersPerSecond),
      0.5,
      limitOfTheLoad(find('nginx-return')),
    ),
    ratio(
      'Duplicates per CPU second of nginx',
      'nginx return 200, the same way',
      divide(answersPerNginxSecond(find('edge-cached')), answersPerNginxSecond(find('nginx-return'))),
    ),
    limit('p99 of an order at half of the capacity', 'ms', find('unique-half')?.latency?.p99, { atMost: 50 }),
    limit(
      'Orders a second while 10 times as much is offered',
      '×',
      figure(find('overload'), 'orders a second, of the saturated rate'),
      { atLeast: 0.9 },
    ),
    limit('Recovery from the overload', 'ms', figure(find('overload'), 'recovered after ms'), {
      atMost: 2_000,
    }),
    limit('Memory of the largest Node process', 'MB', largestMemory(measurements), { atMost: 400 }),
  ];
}

const ordersPerSecond = ({ committedPerSecond }: Measurement) => committedPerSecond;
const answersPerSecond = ({ answeredPerSecond }: Measurement) => answeredPerSecond;

function times(find: Find, id: string, yardstick: string, of: (measurement: Measurement) => number) {
  const [one, other] = [find(id), find(yardstick)];
  return divide(one && of(one), other && of(other));
}

function perCpuSecond(measurement: Measurement | undefined, of: readonly Tier[]): number | undefined {
  return measurement && divide(measurement.committed, cpuSecondsTogether(measurement, of));
}

function answersPerNginxSecond(measurement: Measurement | undefined): number | undefined {
  return measurement && divide(measurement.sent, measurement.usage.cpuSeconds.nginx);
}

/** A generator at its limit makes every server look alike. Then CPU seconds tell more. */
function limitOfTheLoad(measurement: Measurement | undefined): string | undefined {
  const busy = measurement ? (measurement.usage.cpuSeconds.load ?? 0) / measurement.usage.wallSeconds : 0;
  return busy > 0.8 ? 'the generator was the limit' : undefined;
}

function largestMemory(measurements: Measurement[]): number | undefined {
  const peaks = measurements.flatMap(({ memory }) => (memory && memory.peakMb > 0 ? memory.peakMb : []));
  return peaks.length > 0 ? Math.max(...peaks) : undefined;
}
