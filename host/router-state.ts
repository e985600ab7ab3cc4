import type { IncomingMessage } from 'node:http';
import { unreadable } from '#host/refuse.ts';
import type { AppError } from '#lib/platform/errors.ts';

/**
 * Tells Next which parts of a page the browser already has. Next answers 500 and logs a stack trace if it
 * cannot read this header.
 */
const routerState = 'next-router-state-tree';

/**
 * The cost of Next's parser grows with the square of the depth: 1 ms for 20 nested parts, 90 ms for the 700
 * that fit into a header. Each part nests an array and an object. The shop's pages have 5.
 */
const maxDepth = 40;

/** Values of all kinds. A part has about 10. The parser took 60 ms for 5,000 invalid ones. */
const maxValues = 500;

/**
 * Why Next could not answer a request for parts of a page, or undefined. Next parses the state again
 * afterwards, so the limits allow for two passes.
 */
export function whyNextCannotRead(
  { headers }: IncomingMessage,
  parseAsNext: (state: string | string[] | undefined) => unknown,
): AppError | undefined {
  if (headers.rsc !== '1') {
    // Next doesn't read the header here, except for a path that ends in `.rsc`.
    delete headers[routerState];
    return undefined;
  }
  const state = headers[routerState];
  try {
    if (typeof state === 'string' && !isSmall(JSON.parse(decodeURIComponent(state)))) return refused();
    parseAsNext(state);
    return undefined;
  } catch {
    return refused();
  }
}

const refused = () => unreadable(`The header ${routerState} cannot be read.`);

/** Whether a value is within both limits. */
function isSmall(state: unknown): boolean {
  let level: unknown[] = [state];
  let values = 1;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth || values > maxValues) return false;
    level = level.flatMap((value) => (typeof value === 'object' && value ? Object.values(value) : []));
    values += level.length;
  }
  return true;
}
