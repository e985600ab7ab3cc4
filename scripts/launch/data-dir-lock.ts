import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { commandOf } from '#scripts/services/processes.ts';

/** Who has a data folder: written by the process that starts services in it. */
export interface Holder {
  pid: number;
  /** What the user typed, e.g. `npm start`. */
  what: string;
  startedAt: string;
  /** Where the shop is, once it is open. */
  url?: string;
  /** The process that serves, which may outlive a launcher that was killed. */
  appPid?: number;
}

export interface DataDirLock {
  /** What a launcher that was killed left behind, else undefined. */
  previous: Holder | undefined;
  update(change: Partial<Holder>): void;
  release(): void;
}

const fileIn = (dataDir: string) => path.join(dataDir, 'launcher.json');

function read(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/** Whether the process is still the one that wrote the note, and not another that got its number. */
function isLive(holder: Holder): boolean {
  return /\bscripts\/[\w-]+\.ts\b/.test(commandOf(holder.pid) ?? '');
}

/** The live process that has this folder, if there is one. */
export function holderOf(dataDir: string): Holder | undefined {
  const holder = read(fileIn(dataDir));
  return holder && isLive(holder) ? holder : undefined;
}

/**
 * Takes the folder for this process. Answers the holder instead when a live one has it. Two
 * that take it at once are decided by the file system: a link is made by one of them only.
 */
export function takeDataDir(dataDir: string, what: string): DataDirLock | { heldBy: Holder } {
  mkdirSync(dataDir, { recursive: true });
  const file = fileIn(dataDir);
  const mine = `${file}.${process.pid}`;
  let holder: Holder = { pid: process.pid, what, startedAt: new Date().toISOString() };
  const write = (target: string) => writeFileSync(target, `${JSON.stringify(holder, null, 1)}\n`);
  let previous: Holder | undefined;

  write(mine);
  try {
    for (;;) {
      try {
        linkSync(mine, file);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const found = read(file);
      if (found && isLive(found)) return { heldBy: found };
      previous = found ?? previous;
      // Moved rather than deleted: when two find the same stale note, one of them moves it.
      const stale = `${mine}.stale`;
      try {
        renameSync(file, stale);
      } catch {
        continue;
      }
      const moved = read(stale);
      if (moved && isLive(moved)) renameSync(stale, file);
      else rmSync(stale, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
  return {
    previous,
    update: (change) => {
      holder = { ...holder, ...change };
      // Replaced in one step: a reader sees the old note or the new one, never half of it.
      write(mine);
      renameSync(mine, file);
    },
    release: () => {
      if (read(file)?.pid === process.pid) rmSync(file, { force: true });
    },
  };
}

export function describeHolder(dataDir: string, { what, pid, url, startedAt }: Holder): string {
  const where = url ? `, open at ${url}` : '';
  return (
    `${dataDir} is in use by ${what} (process ${pid}, since ${startedAt}${where}).\n` +
    'Stop it first, or give this one a folder of its own: --data-dir .data-2 --port 3001'
  );
}
