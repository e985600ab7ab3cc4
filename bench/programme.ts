import type { Scenario } from '#bench/bench.ts';
import { browse } from '#bench/scenarios/browse.ts';
import { duplicates } from '#bench/scenarios/duplicates.ts';
import { edge } from '#bench/scenarios/edge.ts';
import { hot } from '#bench/scenarios/hot.ts';
import { overload } from '#bench/scenarios/overload.ts';
import { replay } from '#bench/scenarios/replay.ts';
import { soak } from '#bench/scenarios/soak.ts';
import { unique } from '#bench/scenarios/unique.ts';
import { bareNode } from '#bench/yardsticks/bare-node.ts';
import { nginxReturn } from '#bench/yardsticks/nginx-return.ts';
import { pgbench, pgbenchHot } from '#bench/yardsticks/pgbench.ts';
import { racyRecipe } from '#bench/yardsticks/racy-recipe.ts';

/** Everything that can be measured, in the order of a full run: each yardstick beside what it measures. */
export const scenarios: Scenario[] = [
  unique,
  pgbench,
  hot,
  pgbenchHot,
  duplicates,
  racyRecipe,
  replay,
  bareNode,
  edge,
  nginxReturn,
  browse,
  overload,
  soak,
];

/** Those that were asked for, with the yardsticks that they are compared with. */
export function chooseScenarios(all: Scenario[], only: string[]): Scenario[] {
  if (only.length === 0) return all;
  const asked = all.filter(({ name }) => only.includes(name));
  const names = new Set(asked.flatMap(({ name, against }) => [name, ...against]));
  return all.filter(({ name }) => names.has(name));
}
