import { vi } from 'vitest';

/**
 * Runs `work` while this process's `Date` is stopped. A per-minute quota refills as time passes, so a slow
 * machine would get more of it than a fast one.
 */
export async function withClockStopped<Result>(work: () => Promise<Result>): Promise<Result> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  try {
    return await work();
  } finally {
    vi.useRealTimers();
  }
}
