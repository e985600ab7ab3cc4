import { processWide } from '#lib/platform/process-wide.ts';

/**
 * Counters and values in this process's memory, used while Redis does not answer. Each process then counts
 * for itself, so with n processes the limits are n times looser.
 */

/** The most entries, about 10 MB: more than honest shoppers need in an hour. The oldest are deleted first. */
const maxEntries = 50_000;

interface Entry {
  value: string;
  untilMs: number;
}

const entries = () => processWide('inProcessMemory', () => new Map<string, Entry>());

function read(name: string): Entry | undefined {
  const entry = entries().get(name);
  if (!entry || performance.now() < entry.untilMs) return entry;
  entries().delete(name);
  return undefined;
}

function write(name: string, entry: Entry): void {
  const all = entries();
  all.set(name, entry);
  for (const oldest of all.keys()) {
    if (all.size <= maxEntries) return;
    all.delete(oldest);
  }
}

/**
 * Increments a counter, which expires `windowMs` after its first increment. Returns the count, and how many
 * milliseconds are left until it expires.
 */
export function countInProcess(name: string, windowMs: number): { count: number; leftMs: number } {
  const standing = read(name);
  const count = Number(standing?.value ?? 0) + 1;
  const untilMs = standing?.untilMs ?? performance.now() + windowMs;
  write(name, { value: String(count), untilMs });
  return { count, leftMs: untilMs - performance.now() };
}

/** Counts each member once. Returns its place, from 1 on, or 0 if the limit is reached. */
export function countOnceInProcess(
  name: string,
  { member, limit, windowMs }: { member: string; limit: number; windowMs: number },
): number {
  const counted = read(name);
  const members: string[] = counted ? JSON.parse(counted.value) : [];
  const place = members.indexOf(member) + 1;
  if (place > 0 || members.length >= limit) return place;
  const untilMs = counted?.untilMs ?? performance.now() + windowMs;
  write(name, { value: JSON.stringify([...members, member]), untilMs });
  return members.length + 1;
}

export function recallInProcess(name: string): string | undefined {
  return read(name)?.value;
}

/** Stores a value unless the name has one already. Returns the stored value. */
export function rememberInProcess(name: string, value: string, keptMs: number): string {
  const standing = read(name);
  if (standing) return standing.value;
  write(name, { value, untilMs: performance.now() + keptMs });
  return value;
}
