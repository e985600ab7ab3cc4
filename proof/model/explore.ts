/**
 * Explores every state that can follow, breadth first, each state once. Breadth-first order makes the
 * first path to a broken promise one of the shortest.
 */

export interface Step<State> {
  /** What happens, as a line of a story. */
  says: string;
  next: State;
}

export interface Machine<State> {
  start: State;
  /** All possible next steps; empty in a final state. */
  steps: (state: State) => Step<State>[];
  /** Equal keys for two states that need not be distinguished. */
  keyOf: (state: State) => string;
  /** The promise that this state breaks. `atRest` is true when nothing can happen any more. */
  broken: (state: State, atRest: boolean) => string | undefined;
}

export interface Exploration {
  states: number;
  transitions: number;
  /** Final states. */
  ends: number;
  /** Length of the longest shortest path to a state. */
  depth: number;
  counterexample?: Counterexample;
}

export interface Counterexample {
  promise: string;
  story: string[];
}

export const neverRests = 'every run ends';

/**
 * Stops at the first broken promise. Throws beyond `maxStates`, when the bounds of the scenario are too
 * wide.
 */
export function explore<State>(machine: Machine<State>, maxStates = 1_000_000): Exploration {
  const states = [machine.start];
  const numbers = new Map([[machine.keyOf(machine.start), 0]]);
  const cameFrom = [-1];
  const said = [''];
  const depths = [0];
  const edges: number[] = [];
  const ends: number[] = [];
  let transitions = 0;

  const result = (counterexample?: Counterexample): Exploration => ({
    states: numbers.size,
    transitions,
    ends: ends.length,
    depth: depths.at(-1) ?? 0,
    counterexample,
  });
  const storyOf = (at: number): string[] => {
    const story: string[] = [];
    for (let state = at; state > 0; state = cameFrom[state] ?? 0) story.unshift(said[state] ?? '');
    return story;
  };

  for (let at = 0; at < states.length; at += 1) {
    const state = states[at] as State;
    const steps = machine.steps(state);
    const promise = machine.broken(state, steps.length === 0);
    if (promise) return result({ promise, story: storyOf(at) });
    if (steps.length === 0) ends.push(at);
    for (const { says, next } of steps) {
      transitions += 1;
      const key = machine.keyOf(next);
      let number = numbers.get(key);
      if (number === undefined) {
        number = states.length;
        if (number >= maxStates) throw new Error(`more than ${maxStates} states`);
        numbers.set(key, number);
        states.push(next);
        cameFrom.push(at);
        said.push(says);
        depths.push((depths[at] ?? 0) + 1);
      }
      edges.push(at, number);
    }
    // A state is expanded once. After that only its number is needed.
    states[at] = undefined as State;
  }
  const stuck = restless(states.length, edges, ends);
  return result(stuck === undefined ? undefined : { promise: neverRests, story: storyOf(stuck) });
}

/** The first state from which no final state can be reached, so that steps repeat for ever. */
function restless(count: number, edges: number[], ends: number[]): number | undefined {
  const before: number[][] = Array.from({ length: count }, () => []);
  for (let index = 0; index < edges.length; index += 2)
    before[edges[index + 1] ?? 0]?.push(edges[index] ?? 0);
  const restful = new Uint8Array(count);
  const found = [...ends];
  for (const end of ends) restful[end] = 1;
  for (let state = found.pop(); state !== undefined; state = found.pop()) {
    for (const earlier of before[state] ?? []) {
      if (restful[earlier]) continue;
      restful[earlier] = 1;
      found.push(earlier);
    }
  }
  const stuck = restful.indexOf(0);
  return stuck === -1 ? undefined : stuck;
}
