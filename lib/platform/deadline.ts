/**
 * Waits for `work`, for `ms` milliseconds at most. The work itself goes on.
 * Rejects with what `late` returns when the time is over, and with the work's own error before that.
 */
export async function within<Value>(
  ms: number,
  work: Promise<Value>,
  late: () => unknown = () => new Error(`not done after ${ms / 1_000} s`),
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    // In a busy process the answer may have come while the time ran out: what the sockets hold is read
    // between the timers and the immediates, so the answer gets to speak first.
    timer = setTimeout(() => setImmediate(() => reject(late())), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
