import { readFileSync } from 'node:fs';
import { hasCode, isDatabaseAway, isLoginRefused } from '#lib/platform/database/db-errors.ts';
import { AppError } from '#lib/platform/errors.ts';

/** An error message for the person at the terminal. Its stack would not help them. */
export class Advice extends Error {}

/**
 * A script's answer to `--help`: the text beside it, `order.usage.txt` for `order.ts`. It is a separate file,
 * because bootstrap.mjs prints it before anything is installed.
 */
export function usageOf(script: string): string {
  return readFileSync(script.replace(/\.ts$/, '.usage.txt'), 'utf8').trimEnd();
}

/**
 * Returns the result of `parse`. If `parse` refuses the arguments, throws `Advice` with the usage below its
 * message.
 */
export function orUsage<T>(usage: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const [firstSentence = ''] = (error as Error).message.split('. ');
    throw new Advice(`${firstSentence}\n\n${usage}`);
  }
}

/** A missing database or right: by SQLSTATE, and by Prisma's codes. */
const refusesConnection = /^(3D000|42501|P1003|P1010)$/;
/** A missing table or schema. */
const lacksTables = /^(42P01|3F000|P2021)$/;

/** The text that a command prints for an error. An unexpected error keeps its stack. */
export function wordsFor(error: unknown): string {
  if (error instanceof Advice || error instanceof AppError) return error.message;
  if (isLoginRefused(error) || hasCode(error, refusesConnection)) {
    return `The database refuses the connection (${reasonOf(error)}). Check the user, the password and the name of the database in its address.`;
  }
  if (isDatabaseAway(error)) {
    return `The database does not answer (${reasonOf(error)}). Check its address and that it is running, then run the command again.`;
  }
  if (hasCode(error, lacksTables)) {
    return `The database lacks tables of the shop (${reasonOf(error)}). Run npm run migrate to create them.`;
  }
  return error instanceof Error ? String(error.stack) : String(error);
}

/** The message of the innermost error: Prisma wraps the driver's error in paragraphs of its own. */
function reasonOf(error: unknown): string {
  let at = error as {
    message?: string;
    code?: string;
    cause?: unknown;
    meta?: { driverAdapterError?: unknown };
  };
  for (let inner: unknown = at; inner && typeof inner === 'object'; ) {
    at = inner as typeof at;
    inner = at.meta?.driverAdapterError ?? at.cause;
  }
  const said = at as { message?: string; originalMessage?: string; code?: string; kind?: string };
  // An AggregateError from several addresses has no message of its own.
  const text = said.originalMessage || said.message || said.code || said.kind || 'no reason given';
  return text.trim().split('\n').at(-1) ?? text;
}
