import { readFileSync } from 'node:fs';

/**
 * What a script answers to `--help`: the text beside it, `order.usage.txt` for `order.ts`. A file of its
 * own, because bootstrap.mjs prints it before anything is installed.
 */
export function usageOf(script: string): string {
  return readFileSync(script.replace(/\.ts$/, '.usage.txt'), 'utf8').trimEnd();
}
