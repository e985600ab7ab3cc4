import { copyFileSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { dim, red, say, yellow } from './progress.ts';

/** Beyond this a log moves aside, and the one before it goes: two files at most. */
const maxLogBytes = 50_000_000;
/** A warning may be this late in the terminal. */
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

/** A log line as the app writes them, or undefined for anything else that was printed. */
function parseEntry(line: string): Entry | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry = JSON.parse(line) as Entry;
    return typeof entry.level === 'number' ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** One line for a person: when, how bad, what, and the details that are plain values. */
function readable({ level, time, msg, err, pid: _pid, hostname: _host, ...details }: Entry): string {
  const at = new Date(time).toTimeString().slice(0, 8);
  const badness = level >= error ? red('error') : yellow('warn ');
  const plain = Object.entries(details).filter(([, value]) => value !== null && typeof value !== 'object');
  const shown = plain.map(([name, value]) => `${name}=${value}`);
  const said = [msg, err?.message !== msg ? err?.message : undefined].filter(Boolean).join(': ');
  return [dim(at), badness, said, dim(shown.join(' '))].filter(Boolean).join(' ');
}

/** What Next says of its own well-being, which is news to a developer only. */
const wellBeing = /^\s*[✓▲○-]/;

/**
 * The app's log. The app writes into the file itself, so it neither waits for this process nor
 * breaks with it; what a shopkeeper must know is read from there and shown in the terminal.
 */
export class AppLog {
  readonly file: string;
  readonly #chatty: boolean;
  readonly #fd: number;
  #position: number;
  #unfinished = '';

  /** `chatty` shows everything that is no log line, too: what Next says to a developer. */
  constructor(dataDir: string, { chatty }: { chatty: boolean }) {
    const folder = path.join(dataDir, 'logs');
    mkdirSync(folder, { recursive: true });
    this.file = path.join(folder, 'app.log');
    this.#chatty = chatty;
    // For appending, by us and by the app: a file that was emptied grows from its new end.
    this.#fd = openSync(this.file, 'a+');
    this.#position = fstatSync(this.#fd).size;
  }

  /** For the app's stdout and stderr. */
  get fd(): number {
    return this.#fd;
  }

  /** Shows what is new every now and then, until `signal` is aborted. */
  follow(signal: AbortSignal): void {
    const timer = setInterval(() => {
      this.show();
      if (this.#position > maxLogBytes) this.#rotate();
    }, lookEveryMs);
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  }

  /** Shows what was written since the last time. */
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

  /** A copy moves aside and the file is emptied under its writers, who keep it open. */
  #rotate(): void {
    copyFileSync(this.file, `${this.file}.1`);
    ftruncateSync(this.#fd);
    this.#position = 0;
  }
}
