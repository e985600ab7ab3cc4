import { glob, open } from 'node:fs/promises';
import path from 'node:path';
import type { Harness } from '#proof/harness/harness.ts';
import type { Submission } from '#proof/harness/shopper/recorded-shopper.ts';
import type { LogLine, Secrets } from './find-personal.ts';

/** Reads what the processes of a run have logged: the shop's, and PostgreSQL, Redis and nginx. */
export class RunLogs {
  readonly #harness: Pick<Harness, 'folder' | 'shopLog'>;
  /** By file: the bytes that were read. */
  readonly #read = new Map<string, number>();

  constructor(harness: Pick<Harness, 'folder' | 'shopLog'>) {
    this.#harness = harness;
  }

  /** The lines since the last call. The last line of a file may still be incomplete, and is left for the next call. */
  async newLines(): Promise<LogLine[]> {
    const { folder, shopLog } = this.#harness;
    const files = new Set([shopLog]);
    for await (const name of glob('**/*.log', { cwd: folder })) files.add(path.join(folder, name));
    const lines: LogLine[] = [];
    for (const file of files) lines.push(...(await this.#newLinesOf(file)));
    return lines;
  }

  async #newLinesOf(file: string): Promise<LogLine[]> {
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      const read = this.#read.get(file) ?? 0;
      // A server that starts again may begin a new file.
      const from = read > size ? 0 : read;
      const bytes = Buffer.alloc(size - from);
      await handle.read(bytes, 0, bytes.length, from);
      const end = bytes.lastIndexOf('\n') + 1;
      this.#read.set(file, from + end);
      const texts = bytes.subarray(0, end).toString('utf8').split('\n');
      return texts.filter(Boolean).map((text) => ({ file: path.basename(file), text }));
    } finally {
      await handle.close();
    }
  }
}

/** Shorter ones, such as the country and the region, are in any log. */
const shortestTyped = 4;

export function secretsOf(submissions: readonly Submission[]): Secrets {
  const typed = submissions.flatMap(({ body: { email, shippingAddress, payment } }) => [
    email,
    ...Object.values(shippingAddress as object),
    (payment as { token?: string }).token,
  ]);
  return {
    typed: new Set(typed.filter((text) => typeof text === 'string' && text.length >= shortestTyped)),
    tokens: new Set(submissions.map(({ token }) => token.toLowerCase())),
  };
}
