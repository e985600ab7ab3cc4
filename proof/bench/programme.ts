import type { Scenario } from '#proof/bench/bench.ts';
import { browse } from '#proof/bench/scenarios/browse.ts';
import { duplicates } from '#proof/bench/scenarios/duplicates.ts';
import { edge } from '#proof/bench/scenarios/edge.ts';
import { hot } from '#proof/bench/scenarios/hot.ts';
import { overload } from '#proof/bench/scenarios/overload.ts';
import { replay } from '#proof/bench/scenarios/replay.ts';
import { soak } from '#proof/bench/scenarios/soak.ts';
import { unique } from '#proof/bench/scenarios/unique.ts';
import { bareNode } from '#proof/bench/yardsticks/bare-node.ts';
import { nginxReturn } from '#proof/bench/yardsticks/nginx-return.ts';
import { pgbench, pgbenchHot } from '#proof/bench/yardsticks/pgbench.ts';
import { racyRecipe } from '#proof/bench/yardsticks/racy-recipe.ts';

/**
 * All scenarios and yardsticks, in the order of a full run: each yardstick follows what it is compared
 * with.
 */
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

/** The requested scenarios, with the yardsticks that they are compared with. */
export function chooseScenarios(all: Scenario[], only: string[]): Scenario[] {
  if (only.length === 0) return all;
  const asked = all.filter(({ name }) => only.includes(name));
  const names = new Set(asked.flatMap(({ name, against }) => [name, ...against]));
  return all.filter(({ name }) => names.has(name));
}
