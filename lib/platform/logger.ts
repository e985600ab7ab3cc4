import { pino } from 'pino';
import { env } from '#lib/platform/env.ts';
import { processWide } from '#lib/platform/process-wide.ts';
import { describeError } from '#lib/platform/text/describe-error.ts';

/** Personal data and credentials, which are removed from every log line. */
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

/** Options for every line: errors without text that shoppers wrote, and personal fields redacted. */
export const lineOptions = {
  base: { pid: process.pid },
  serializers: { err: (error: unknown) => describeError(error) },
  redact: { paths: personal.flatMap((name) => [name, `*.${name}`]), censor: '…' },
};

/** JSON lines on stdout. Never log a card, an address or a token. */
export function logger() {
  return processWide('logger', () => pino({ level: env().LOG_LEVEL, ...lineOptions }));
}
