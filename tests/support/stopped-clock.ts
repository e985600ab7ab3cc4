import { vi } from 'vitest';

/**
 * Does `work` in one instant of this process's `Date`.
 * The quota of a minute comes back while the minute passes, so a slow machine is given more than a fast one.
 */
export async function withClockStopped<Result>(work: () => Promise<Result>): Promise<Result> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  try {
    return await work();
  } finally {
    vi.useRealTimers();
  }
}
