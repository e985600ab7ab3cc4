import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';

const chunkBytes = 1 << 20;
const newline = 10;

/**
 * An append-only file of JSON lines. A line is on the disk, fsynced, before anybody is told of it;
 * lines that wait together are written with one fsync. Reading tolerates a last line that was
 * torn by a crash: nobody was told of that one.
 */
export class Journal {
  readonly #file: FileHandle;
  readonly #queue: string[] = [];
  /** The batch that still takes lines, and the last one that was begun. */
  #gathering: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Reads what is there into `apply`, line by line, and goes on after it. Throws when a whole line is not JSON. */
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
    // Whoever waits for `durable` hears of a full disk; a line nobody waits for must not end the process.
    this.#gathering.catch(() => undefined);
  }

  /** Resolves when everything appended so far would survive a power cut. */
  durable(): Promise<void> {
    return this.#last;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#last.catch(() => undefined);
    await this.#file.close();
  }

  /** Ends as a crash would: what was not written yet never is. */
  async abandon(): Promise<void> {
    this.#queue.length = 0;
    await this.close();
  }

  async #writeAfter(previous: Promise<void>): Promise<void> {
    // After a write that failed, what follows it in the file could not be trusted: all later ones fail too.
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
    // The next line must not be glued to half of one.
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
