import { copyFileSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { dim, red, say, yellow } from '#scripts/launch/progress.ts';

/** A larger log is moved aside and replaces the previous one, so there are two files at most. */
const maxLogBytes = 50_000_000;
/** How late a warning may appear in the terminal. */
const lookEveryMs = 250;
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

/** Parses a log line of the app. Undefined for any other output. */
function parseEntry(line: string): Entry | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry = JSON.parse(line) as Entry;
    return typeof entry.level === 'number' ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** One line for a person: time, level, message, and the details that are plain values. */
function readable({ level, time, msg, err, pid: _pid, hostname: _host, ...details }: Entry): string {
  const at = new Date(time).toTimeString().slice(0, 8);
  const badness = level >= error ? red('error') : yellow('warn ');
  const plain = Object.entries(details).filter(([, value]) => value !== null && typeof value !== 'object');
  const shown = plain.map(([name, value]) => `${name}=${value}`);
  const said = [msg, err?.message !== msg ? err?.message : undefined].filter(Boolean).join(': ');
  return [dim(at), badness, said, dim(shown.join(' '))].filter(Boolean).join(' ');
}

/** Next's status messages, which matter to a developer only. */
const wellBeing = /^\s*[✓▲○-]/;

/**
 * The app's log. The app writes to the file itself, so it neither waits for this process nor fails with it.
 * This process reads the file and shows what a shopkeeper must know in the terminal.
 */
export class AppLog {
  readonly file: string;
  readonly #chatty: boolean;
  readonly #fd: number;
  #position: number;
  #unfinished = '';

  /** `chatty` also shows every line that is no log line: Next's messages for a developer. */
  constructor(dataDir: string, { chatty }: { chatty: boolean }) {
    const folder = path.join(dataDir, 'logs');
    mkdirSync(folder, { recursive: true });
    this.file = path.join(folder, 'app.log');
    this.#chatty = chatty;
    // Both processes append to it, so an emptied file grows from its new end.
    this.#fd = openSync(this.file, 'a+');
    this.#position = fstatSync(this.#fd).size;
  }

  /** The file descriptor for the app's stdout and stderr. */
  get fd(): number {
    return this.#fd;
  }

  /** Shows new lines periodically, until `signal` is aborted. */
  follow(signal: AbortSignal): void {
    const timer = setInterval(() => {
      this.show();
      if (this.#position > maxLogBytes) this.#rotate();
    }, lookEveryMs);
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  }

  /** Shows what was written since the last call. */
  show(): void {
    const buffer = Buffer.alloc(64 * 1024);
    for (;;) {
      const bytes = readSync(this.#fd, buffer, 0, buffer.length, this.#position);
      if (bytes === 0) return;
      this.#position += bytes;
      const lines = (this.#unfinished + buffer.toString('utf8', 0, bytes)).split('\n');
      this.#unfinished = lines.pop() ?? '';
      for (const line of lines) this.#showLine(line);
    }
  }

  #showLine(line: string): void {
    const entry = parseEntry(line);
    if (entry) {
      if (entry.level >= warning) say(readable(entry));
    } else if (line.trim() && (this.#chatty || !wellBeing.test(line))) {
      say(line);
    }
  }

  /** Copies the file aside and empties it, because its writers keep it open. */
  #rotate(): void {
    copyFileSync(this.file, `${this.file}.1`);
    ftruncateSync(this.#fd);
    this.#position = 0;
  }
}
