import { stripVTControlCharacters } from 'node:util';
import { logger } from '#lib/platform/logger.ts';
import { describeError, mask } from '#lib/platform/text/describe-error.ts';

/**
 * Sends the output of Next and other libraries to the log. Printed by the console, a database error shows
 * all its properties, which quote the refused row: a shopper's name, email and street. Not used in
 * development.
 */
export function sendConsoleToLog(): void {
  const levels = { error: 'error', warn: 'warn', info: 'info', log: 'info', debug: 'debug' } as const;
  for (const [method, level] of Object.entries(levels)) {
    Object.assign(globalThis.console, { [method]: (...printed: unknown[]) => write(level, printed) });
  }
}

type Level = 'error' | 'warn' | 'info' | 'debug';

function write(level: Level, printed: unknown[]): void {
  const thrown = printed.find((part) => part instanceof Error);
  const words = printed.filter((part) => typeof part === 'string').map(readable);
  const message = words.join(' ').trim() || 'printed';
  // A client that disconnects while it sends is not the shop's error.
  const gone = (thrown as NodeJS.ErrnoException | undefined)?.code === 'ECONNRESET';
  logger()[gone ? 'debug' : level](thrown === undefined ? {} : { err: describeError(thrown) }, message);
}

/** Removes colours and stack frames, and masks text that a shopper may have written. */
function readable(text: string): string {
  const lines = stripVTControlCharacters(text).split('\n');
  return mask(lines.filter((line) => line.trim() && !/^\s+at /.test(line)).join(' '));
}
