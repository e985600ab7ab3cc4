import { tryNumbers, type Work } from '#components/challenge/proof-of-work.ts';

/** Tries per slice. In the page's own thread each slice runs for a few milliseconds only. */
const sliceTries = 1_000;

/** Solves a proof of work in a worker, or in the page itself if a worker can't start. */
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
