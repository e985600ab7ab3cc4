import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';

const chunkBytes = 1 << 20;
const newline = 10;

/**
 * An append-only file of JSON lines. Each line is on the disk, fsynced, before its result is sent. Lines that
 * wait at the same time are written with one fsync. Reading ignores a last line that a crash cut off: its
 * result was never sent.
 */
export class Journal {
  readonly #file: FileHandle;
  readonly #queue: string[] = [];
  /** The batch that still accepts lines, and the last one that was started. */
  #gathering: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /**
   * Reads the existing lines into `apply`, one by one, and then appends. Throws when a complete line is not
   * JSON.
   */
  static async open(file: string, apply: (line: unknown) => void): Promise<Journal> {
    mkdirSync(path.dirname(file), { recursive: true });
    if (existsSync(file)) replay(file, apply);
    return new Journal(await open(file, 'a'));
  }

  append(entry: unknown): void {
    if (this.#closed) return;
    this.#queue.push(`${JSON.stringify(entry)}\n`);
    if (this.#gathering) return;
    this.#gathering = this.#last = this.#writeAfter(this.#last);
    // Callers of `durable` get the error of a full disk. Without such a caller it must not end the process.
    this.#gathering.catch(() => undefined);
  }

  /** Resolves when everything appended so far would survive a power failure. */
  durable(): Promise<void> {
    return this.#last;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#last.catch(() => undefined);
    await this.#file.close();
  }

  /** Ends as in a crash: unwritten lines are lost. */
  async abandon(): Promise<void> {
    this.#queue.length = 0;
    await this.close();
  }

  async #writeAfter(previous: Promise<void>): Promise<void> {
    // After a failed write, later lines in the file can't be trusted, so all later writes fail too.
    await previous;
    this.#gathering = undefined;
    const lines = this.#queue.splice(0).join('');
    if (lines === '') return;
    await this.#file.appendFile(lines);
    await this.#file.datasync();
  }
}

function replay(file: string, apply: (line: unknown) => void): void {
  const handle = openSync(file, 'r+');
  try {
    let rest: Buffer = Buffer.alloc(0);
    let wholeBytes = 0;
    const chunk = Buffer.alloc(chunkBytes);
    for (let read = readSync(handle, chunk); read > 0; read = readSync(handle, chunk)) {
      let text: Buffer = Buffer.concat([rest, chunk.subarray(0, read)]);
      for (let end = text.indexOf(newline); end >= 0; end = text.indexOf(newline)) {
        apply(parse(text.subarray(0, end).toString('utf8'), file, wholeBytes));
        wholeBytes += end + 1;
        text = text.subarray(end + 1);
      }
      rest = text;
    }
    // Cut the partial line, so that the next one starts on a line of its own.
    if (rest.length > 0) ftruncateSync(handle, wholeBytes);
  } finally {
    closeSync(handle);
  }
}

function parse(line: string, file: string, at: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new Error(`${file} is damaged at byte ${at}: that line is not JSON`, { cause });
  }
}
