import { tryNumbers, type Work } from '#components/challenge/proof-of-work.ts';

/** In the page's own thread it works a few milliseconds at a time. */
const sliceTries = 1_000;

/** The answer to a proof of work: from a worker, or from the page itself where there can't be one. */
export async function solveWork(work: Work): Promise<string> {
  try {
    return await inWorker(work);
  } catch {
    return inPage(work);
  }
}

function inWorker(work: Work): Promise<string> {
  const worker = new Worker(new URL('./work.worker.ts', import.meta.url), { type: 'module' });
  const answer = new Promise<string>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<string>) => resolve(data));
    worker.addEventListener('error', reject);
    worker.postMessage(work);
  });
  return answer.finally(() => worker.terminate());
}

async function inPage(work: Work): Promise<string> {
  for (let first = 0; ; first += sliceTries) {
    const answer = tryNumbers(work, first, sliceTries);
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve));
  }
}
