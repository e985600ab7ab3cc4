import { stripVTControlCharacters } from 'node:util';
import { describeError, mask } from '#lib/platform/describe-error.ts';
import { logger } from '#lib/platform/logger.ts';

/**
 * Sends what Next and other libraries print to the log. Printed by themselves, errors show all their
 * properties, and those of a database error quote the row that it refused: a shopper's name, email and
 * street. In development they stay as they are.
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
  // A client that goes away while it sends is no fault of the shop.
  const gone = (thrown as NodeJS.ErrnoException | undefined)?.code === 'ECONNRESET';
  logger()[gone ? 'debug' : level](thrown === undefined ? {} : { err: describeError(thrown) }, message);
}

/** Without colours, without the frames of a stack, and without what a shopper may have written. */
function readable(text: string): string {
  const lines = stripVTControlCharacters(text).split('\n');
  return mask(lines.filter((line) => line.trim() && !/^\s+at /.test(line)).join(' '));
}
