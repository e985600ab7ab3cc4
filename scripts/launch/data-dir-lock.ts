import {
  accessSync,
  constants,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { Advice } from '#scripts/advice.ts';
import { commandOf } from '#scripts/services/processes.ts';

/** The process that uses a data folder. The process that starts services in the folder writes this. */
export interface Holder {
  pid: number;
  /** What the user typed, e.g. `npm start`. */
  what: string;
  startedAt: string;
  /** The shop's URL, once it is open. */
  url?: string;
  /** The server process. It may outlive a launcher that was killed. */
  appPid?: number;
}

export interface DataDirLock {
  /** The holder that a killed launcher left behind, or undefined. */
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

/**
 * Whether the process is still the launcher that wrote the file, and not another process with a reused id.
 */
function isLive(holder: Holder): boolean {
  return /\bscripts\/(?:[\w-]+\/)*[\w-]+\.ts\b/.test(commandOf(holder.pid) ?? '');
}

/** The live process that uses this folder, if any. */
export function holderOf(dataDir: string): Holder | undefined {
  const holder = read(fileIn(dataDir));
  return holder && isLive(holder) ? holder : undefined;
}

function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
    accessSync(dataDir, constants.W_OK);
  } catch (error) {
    throw new Advice(
      `The data folder ${dataDir} cannot be used: ${(error as Error).message}\nName another one:  --data-dir path  or DATA_DIR`,
    );
  }
}

/**
 * Takes the folder for this process, or returns the live holder. The file system decides between two
 * concurrent calls: only one of them can create the link.
 */
export function takeDataDir(dataDir: string, what: string): DataDirLock | { heldBy: Holder } {
  makeFolder(dataDir);
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
      // Renamed instead of deleted: if two processes find the same stale file, only one can rename it.
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
      // Replaced atomically: a reader sees the old file or the new one, never a part.
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
    'Stop it first, or give this shop its own folder: --data-dir .data-2 --port 3001'
  );
}
