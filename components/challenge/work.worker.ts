import { tryNumbers, type Work } from '#components/challenge/proof-of-work.ts';

/** Works in a thread of its own, so that the page can be used and read meanwhile. */

const step = 10_000;

/** What a worker has of its global scope; the types of pages don't know it. */
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
