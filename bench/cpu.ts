import { readdir, readFile } from 'node:fs/promises';

/** CPU seconds that processes have used, from Linux's /proc; NaN where there is none. */

/** Linux counts in hundredths of a second on every architecture (`USER_HZ`). */
const ticksPerSecond = 100;

interface Stat {
  parent: number;
  seconds: number;
}

async function statOf(pid: number): Promise<Stat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The name in brackets may hold spaces; what follows the last bracket doesn't.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  if (!fields) return undefined;
  const ticks = [11, 12, 13, 14].map((field) => Number(fields[field]));
  // Own time, and that of children that have ended and were waited for.
  return {
    parent: Number(fields[1]),
    seconds: ticks.reduce((sum, value) => sum + value, 0) / ticksPerSecond,
  };
}

/** A process and all its descendants. */
export async function cpuSecondsOf(root: number): Promise<number> {
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter((pid) => pid > 0);
  if (pids.length === 0) return Number.NaN;
  const stats = new Map<number, Stat>();
  for (const pid of pids) {
    const stat = await statOf(pid);
    if (stat) stats.set(pid, stat);
  }
  const belongs = (pid: number): boolean => {
    for (
      let at: number | undefined = pid, depth = 0;
      at && depth < 20;
      at = stats.get(at)?.parent, depth += 1
    ) {
      if (at === root) return true;
    }
    return false;
  };
  return [...stats].filter(([pid]) => belongs(pid)).reduce((sum, [, { seconds }]) => sum + seconds, 0);
}
