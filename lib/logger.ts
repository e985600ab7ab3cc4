import { pino } from 'pino';
import { env } from '#lib/env.ts';
import { processWide } from '#lib/process-wide.ts';

/** JSON lines on stdout. Never given a card, an address or a token. */
export function logger() {
  return processWide('logger', () => pino({ level: env().LOG_LEVEL, base: { pid: process.pid } }));
}
