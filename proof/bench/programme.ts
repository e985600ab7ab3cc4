import type { Scenario } from '#proof/bench/bench.ts';
import { browse } from '#proof/bench/scenarios/browse.ts';
import { browseWithOrders } from '#proof/bench/scenarios/browse-with-orders.ts';
import { calls } from '#proof/bench/scenarios/calls.ts';
import { capacity } from '#proof/bench/scenarios/capacity.ts';
import { duplicates } from '#proof/bench/scenarios/duplicates.ts';
import { edge } from '#proof/bench/scenarios/edge.ts';
import { hot } from '#proof/bench/scenarios/hot.ts';
import { overload } from '#proof/bench/scenarios/overload.ts';
import { purchase } from '#proof/bench/scenarios/purchase.ts';
import { reconcile } from '#proof/bench/scenarios/reconcile.ts';
import { replay } from '#proof/bench/scenarios/replay.ts';
import { soak } from '#proof/bench/scenarios/soak.ts';
import { unique } from '#proof/bench/scenarios/unique.ts';
import { bareJson } from '#proof/bench/yardsticks/bare-json.ts';
import { bareNode } from '#proof/bench/yardsticks/bare-node.ts';
import { barePage } from '#proof/bench/yardsticks/bare-page.ts';
import { nextEmpty } from '#proof/bench/yardsticks/next-empty.ts';
import { nginxReturn } from '#proof/bench/yardsticks/nginx-return.ts';
import { pgbench, pgbenchHot } from '#proof/bench/yardsticks/pgbench.ts';
import { racyRecipe } from '#proof/bench/yardsticks/racy-recipe.ts';

/**
 * All scenarios and yardsticks, in the order of a full run: each yardstick follows what it is compared
 * with.
 */
export const scenarios: Scenario[] = [
  purchase,
  nextEmpty,
  calls,
  bareJson,
  barePage,
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
  browseWithOrders,
  overload,
  soak,
  // Last: it fills the memory of the process with new pages.
  capacity,
  // It changes rows so that they differ.
  reconcile,
];

/** The requested scenarios, with the yardsticks that they are compared with. */
export function chooseScenarios(all: Scenario[], only: string[]): Scenario[] {
  if (only.length === 0) return all;
  const asked = all.filter(({ name }) => only.includes(name));
  const names = new Set(asked.flatMap(({ name, against }) => [name, ...against]));
  return all.filter(({ name }) => names.has(name));
}
