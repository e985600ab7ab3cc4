/**
 * Waits for `work` for at most `ms` milliseconds. The work itself continues. Rejects with the work's own
 * error, or with the result of `late` after the deadline.
 */
export async function within<Value>(
  ms: number,
  work: Promise<Value>,
  late: () => unknown = () => new Error(`not done after ${ms / 1_000} s`),
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    // In a busy process the answer may have arrived before the deadline and still be unread. Node reads
    // sockets between timers and immediates, so setImmediate lets the answer win.
    timer = setTimeout(() => setImmediate(() => reject(late())), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
