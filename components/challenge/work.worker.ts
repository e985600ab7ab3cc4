import { tryNumbers, type Work } from '#components/challenge/proof-of-work.ts';

/** Runs in a separate thread, so that the page stays responsive. */

const step = 10_000;

/** The parts of a worker's global scope that are used here. The DOM types don't include them. */
const scope = globalThis as unknown as {
  addEventListener: (type: 'message', listener: (event: MessageEvent<Work>) => void) => void;
  postMessage: (answer: string) => void;
};

scope.addEventListener('message', ({ data: work }) => {
  for (let first = 0; ; first += step) {
    const answer = tryNumbers(work, first, step);
    if (answer !== undefined) return scope.postMessage(answer);
  }
});
