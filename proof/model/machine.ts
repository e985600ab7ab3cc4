import type { Machine, Step } from '#proof/model/explore.ts';
import type { Part } from '#proof/model/guards.ts';
import { promises } from '#proof/model/promises.ts';
import { type Add, copyOf, firstState, keyOf, type Scenario, type State } from '#proof/model/state.ts';
import { stepsAround } from '#proof/model/steps/around.ts';
import { bookingSteps } from '#proof/model/steps/ledger.ts';
import { nextCardSteps } from '#proof/model/steps/next-card.ts';
import { orderingSteps } from '#proof/model/steps/ordering.ts';
import { payingSteps } from '#proof/model/steps/paying.ts';

/** The shop as a machine to explore, without the dropped parts. */
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
        if (kind === 'books') bookingSteps(state, world, index, add);
        else if (kind === 'nextCard' && (at === 'read' || at === 'write'))
          nextCardSteps(state, world, index, add);
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
