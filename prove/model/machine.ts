import { stepsAround } from '#prove/model/around.ts';
import type { Machine, Step } from '#prove/model/explore.ts';
import type { Part } from '#prove/model/guards.ts';
import { nextCardSteps } from '#prove/model/next-card.ts';
import { orderingSteps } from '#prove/model/ordering.ts';
import { payingSteps } from '#prove/model/paying.ts';
import { promises } from '#prove/model/promises.ts';
import { type Add, copyOf, firstState, keyOf, type Scenario, type State } from '#prove/model/state.ts';

/** The shop as a machine to be explored, with some of its parts taken away. */
export function machineOf(scenario: Scenario, dropped: readonly Part[] = []): Machine<State> {
  const world = { scenario, dropped: new Set(dropped) };
  return {
    start: firstState(scenario),
    keyOf,
    steps(state) {
      const steps: Step<State>[] = [];
      const add: Add = (says, change) => {
        const next = copyOf(state);
        change(next);
        steps.push({ says, next });
      };
      for (const [index, { kind, at }] of state.works.entries()) {
        if (kind === 'nextCard' && (at === 'read' || at === 'write')) nextCardSteps(state, world, index, add);
        else {
          orderingSteps(state, world, index, add);
          payingSteps(state, world, index, add);
        }
      }
      stepsAround(state, world, add);
      return steps;
    },
    broken: (state, atRest) =>
      promises.find(({ atRestOnly, holds }) => (atRest || !atRestOnly) && !holds(state, world))?.says,
  };
}
