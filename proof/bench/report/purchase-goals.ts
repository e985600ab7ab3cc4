import { cachedPages, jsonCalls } from '#proof/bench/calls/names.ts';
import { cpuSecondsTogether, type Measurement } from '#proof/bench/measurement.ts';
import { divide, type Find, figure, limit, type Unjudged } from '#proof/bench/report/goal.ts';

/** The goals of a whole purchase and of the pages and calls around it. All ratios are of CPU time. */
export function purchaseGoals(find: Find): Unjudged[] {
  const empty = nodeMs(find('next-empty'), ['dynamic page']);
  const ratio = (name: string, yardstick: string, value: number | undefined, atMost: number): Unjudged => ({
    name,
    yardstick,
    value,
    unit: '×',
    goal: { atMost },
  });
  const call = (names: readonly string[], yardstick: string) =>
    divide(nodeMs(find('calls'), names), nodeMs(find(yardstick), names));
  const mixed = find('browse-with-orders');
  return [
    ratio('CPU time of a purchase, all tiers', emptyPage, divide(purchaseMs(find('purchase')), empty), 4),
    ratio(
      'CPU time of a purchase through nginx, all tiers',
      emptyPage,
      divide(purchaseMs(find('purchase-edge')), empty),
      4,
    ),
    ratio(
      'Node CPU time of the checkout page',
      emptyPage,
      divide(nodeMs(find('purchase'), ['checkout']), empty),
      1.3,
    ),
    ratio('Node CPU time of a cached page', 'the same bytes from memory', call(cachedPages, 'bare-page'), 2),
    ratio('Node CPU time of a JSON call', 'the same statements and JSON', call(jsonCalls, 'bare-json'), 2),
    limit(
      'Orders not accepted while pages are saturated',
      'orders',
      figure(mixed, 'orders refused or without an answer'),
      { atMost: 0 },
    ),
    limit('p99 of an order while pages are saturated', 'ms', mixed?.latency?.p99, { atMost: 50 }),
  ];
}

const emptyPage = "an empty Next app's dynamic page";

/** CPU milliseconds of a purchase; undefined when none was finished. */
function purchaseMs(measurement: Measurement | undefined): number | undefined {
  const tiers = ['nginx', 'node', 'redis', 'postgres'] as const;
  return measurement && divide(cpuSecondsTogether(measurement, tiers) * 1000, measurement.committed);
}

/** Node's CPU milliseconds of one request of each of these parts, added up. */
function nodeMs(measurement: Measurement | undefined, names: readonly string[]): number | undefined {
  const values = names.map((name) => measurement?.parts?.find((part) => part.name === name)?.cpuMs.node);
  return values.reduce((sum, ms) => (sum === undefined || ms === undefined ? undefined : sum + ms), 0);
}
