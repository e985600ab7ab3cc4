import { divide, type Find, figure, limit, type Unjudged } from '#proof/bench/report/goal.ts';

/** The measurements of the scenario `reconcile`. */
export const reconcileIds = {
  without: 'reconcile-without',
  first: 'reconcile-first',
  nightly: 'reconcile-nightly',
};

/** Names of figures. */
export const reconcileFigures = { seconds: 'seconds of the run', peakMb: 'its process at most, MB' };

/** What a run may take, and cost the shoppers beside it. */
export function reconcileGoals(find: Find): Unjudged[] {
  const without = find(reconcileIds.without)?.latency?.p99;
  const of = (id: string, name: string) => [
    limit(`${name}: time`, 's', figure(find(id), reconcileFigures.seconds), { atMost: 300 }),
    limit(`${name}: memory of its process`, 'MB', figure(find(id), reconcileFigures.peakMb), { atMost: 400 }),
    {
      name: `${name}: p99 of an order beside it`,
      yardstick: 'without it',
      value: divide(find(id)?.latency?.p99, without),
      unit: '×' as const,
      goal: { atMost: 1.2 },
    },
  ];
  return [
    ...of(reconcileIds.first, 'First reconciliation'),
    ...of(reconcileIds.nightly, 'Nightly reconciliation'),
  ];
}
