import { readdir, readFile } from 'node:fs/promises';

/** Resource usage of processes, from Linux's /proc. Unknown on other systems. */

/** Linux counts in hundredths of a second on every architecture (`USER_HZ`). */
const ticksPerSecond = 100;

interface Stat {
  parent: number;
  /** Own time, and that of ended children that were waited for. */
  cpuSeconds: number;
}

/** Parses the text of /proc/<pid>/stat. */
export function parseStat(text: string): Stat {
  // The name in brackets may contain spaces and brackets; the text after the last bracket doesn't.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = [11, 12, 13, 14].map((field) => Number(fields[field]));
  return {
    parent: Number(fields[1]),
    cpuSeconds: ticks.reduce((sum, value) => sum + value, 0) / ticksPerSecond,
  };
}

async function statOf(pid: number | 'self'): Promise<Stat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseStat(text);
}

/** All processes of the machine at one moment; undefined where /proc is missing. */
async function readProcesses(): Promise<Map<number, Stat> | undefined> {
  const names = await readdir('/proc').catch(() => []);
  const stats = new Map<number, Stat>();
  for (const pid of names.map(Number).filter((pid) => pid > 0)) {
    const stat = await statOf(pid);
    if (stat) stats.set(pid, stat);
  }
  return stats.size > 0 ? stats : undefined;
}

/** A process and all its descendants. */
export function familyOf(root: number, processes: Map<number, { parent: number }>): number[] {
  const children = new Map<number, number[]>();
  for (const [pid, { parent }] of processes) {
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const family = processes.has(root) ? [root] : [];
  for (const pid of family) family.push(...(children.get(pid) ?? []));
  return family;
}

/** CPU seconds used so far by each of these processes with all its descendants; NaN when not known. */
export async function cpuSecondsOf<Name extends string>(
  roots: Record<Name, number>,
): Promise<Record<Name, number>> {
  const processes = await readProcesses();
  const secondsOf = (root: number) =>
    processes
      ? familyOf(root, processes).reduce((sum, pid) => sum + (processes.get(pid)?.cpuSeconds ?? 0), 0)
      : Number.NaN;
  const entries = Object.entries<number>(roots).map(([name, root]) => [name, secondsOf(root)]);
  return Object.fromEntries(entries) as Record<Name, number>;
}

/** CPU seconds of this process and of its ended children. */
export async function ownCpuSeconds(): Promise<number> {
  const stat = await statOf('self');
  if (stat) return stat.cpuSeconds;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

export interface Memory {
  startMb: number;
  peakMb: number;
  endMb: number;
}

/** Short enough not to miss a peak: memory takes far longer to fill. */
const sampleEveryMs = 500;

/**
 * Samples the largest resident memory (RSS, in MB) of a process family until it is stopped. The family
 * is read only once: reading all processes twice a second would disturb the measurement.
 */
export async function watchMemory(root: number): Promise<{ stop(): Promise<Memory> }> {
  const pids = familyOf(root, (await readProcesses()) ?? new Map());
  const startMb = await largestMemoryMb(pids);
  let peakMb = startMb;
  const clock = setInterval(async () => {
    peakMb = Math.max(peakMb, await largestMemoryMb(pids));
  }, sampleEveryMs);
  return {
    async stop() {
      clearInterval(clock);
      const endMb = await largestMemoryMb(pids);
      return { startMb, peakMb: Math.max(peakMb, endMb), endMb };
    },
  };
}

async function largestMemoryMb(pids: number[]): Promise<number> {
  const sizes = await Promise.all(
    pids.map(async (pid) => {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      return Number(status.match(/^VmRSS:\s+(\d+) kB/m)?.[1] ?? Number.NaN) / 1024;
    }),
  );
  const known = sizes.filter((size) => !Number.isNaN(size));
  return known.length > 0 ? Math.max(...known) : Number.NaN;
}
