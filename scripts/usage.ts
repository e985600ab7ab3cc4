import { readFileSync } from 'node:fs';

/**
 * A script's answer to `--help`: the text beside it, `order.usage.txt` for `order.ts`. It is a separate file,
 * because bootstrap.mjs prints it before anything is installed.
 */
export function usageOf(script: string): string {
  return readFileSync(script.replace(/\.ts$/, '.usage.txt'), 'utf8').trimEnd();
}
