import { pino } from 'pino';
import { describeError } from '#lib/platform/describe-error.ts';
import { env } from '#lib/platform/env.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/** What a shopper wrote or holds, wherever a line might name it. */
const personal = [
  'email',
  'recipient',
  'phone',
  'shippingAddress',
  'cookie',
  'authorization',
  'token',
  'submitToken',
];

/** How every line is written: errors without what shoppers wrote, and personal fields left out. */
export const lineOptions = {
  base: { pid: process.pid },
  serializers: { err: (error: unknown) => describeError(error) },
  redact: { paths: personal.flatMap((name) => [name, `*.${name}`]), censor: '…' },
};

/** JSON lines on stdout. Never given a card, an address or a token. */
export function logger() {
  return processWide('logger', () => pino({ level: env().LOG_LEVEL, ...lineOptions }));
}
