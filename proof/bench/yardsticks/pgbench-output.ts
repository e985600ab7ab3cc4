/** Parses pgbench's final output. Throws when a figure is missing or transactions failed. */
export function readPgbench(output: string): { transactions: number; perSecond: number; averageMs: number } {
  const transactions = output.match(/^number of transactions actually processed: (\d+)/m)?.[1];
  const perSecond = output.match(/^tps = ([\d.]+)/m)?.[1];
  const averageMs = output.match(/^latency average = ([\d.]+) ms/m)?.[1];
  const failed = output.match(/^number of failed transactions: (\d+)/m)?.[1] ?? '0';
  if (!transactions || !perSecond || !averageMs || failed !== '0') {
    throw new Error(`pgbench did not count what was expected:\n${output}`);
  }
  return {
    transactions: Number(transactions),
    perSecond: Number(perSecond),
    averageMs: Number(averageMs),
  };
}
