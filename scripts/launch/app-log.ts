import { closeSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { dim, red, say, yellow } from './progress.ts';

/** Beyond this a log moves aside, and the one before it goes: two files at most. */
const maxLogBytes = 50_000_000;
/** pino's levels: 40 is a warning, 50 an error. */
const warning = 40;
const error = 50;

interface Entry {
  level: number;
  time: number;
  msg?: string;
  err?: { message?: string };
  [detail: string]: unknown;
}

/** A log line as the app writes them, or undefined for anything else that was printed. */
export function parseEntry(line: string): Entry | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry = JSON.parse(line) as Entry;
    return typeof entry.level === 'number' ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** One line for a person: when, how bad, what, and the details that are plain values. */
export function readable({ level, time, msg, err, pid: _pid, hostname: _host, ...details }: Entry): string {
  const at = new Date(time).toTimeString().slice(0, 8);
  const badness = level >= error ? red('error') : yellow('warn ');
  const plain = Object.entries(details).filter(([, value]) => value !== null && typeof value !== 'object');
  const shown = plain.map(([name, value]) => `${name}=${value}`);
  const said = [msg, err?.message !== msg ? err?.message : undefined].filter(Boolean).join(': ');
  return [dim(at), badness, said, dim(shown.join(' '))].filter(Boolean).join(' ');
}

/** The app's log: every line into a file, what a shopkeeper must know also to the terminal. */
export class AppLog {
  readonly file: string;
  readonly #chatty: boolean;
  #fd = -1;
  #bytes = 0;

  /** `chatty` shows everything that is no log line, too: what Next says to a developer. */
  constructor(dataDir: string, { chatty }: { chatty: boolean }) {
    const folder = path.join(dataDir, 'logs');
    mkdirSync(folder, { recursive: true });
    this.file = path.join(folder, 'app.log');
    this.#chatty = chatty;
    this.#open();
  }

  follow(stream: Readable, { isError }: { isError: boolean }): void {
    createInterface({ input: stream }).on('line', (line) => {
      this.#write(line);
      const entry = parseEntry(line);
      if (entry && entry.level >= warning) say(readable(entry));
      if (!entry && (this.#chatty || isError) && line.trim()) say(line);
    });
  }

  #open(): void {
    this.#fd = openSync(this.file, 'a');
    this.#bytes = statSync(this.file).size;
  }

  #write(line: string): void {
    if (this.#bytes > maxLogBytes) {
      closeSync(this.#fd);
      rmSync(`${this.file}.1`, { force: true });
      renameSync(this.file, `${this.file}.1`);
      this.#open();
    }
    this.#bytes += writeSync(this.#fd, `${line}\n`);
  }
}
