import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { AppError, type ProblemCode } from '#lib/platform/errors.ts';
import { defaultLimits } from '#scripts/services/edge/limits.ts';
import { ownMachine } from '#scripts/services/nginx-config.ts';
import { openTestEdge, type RawAnswer, sendRaw } from '#tests/support/services/edge.ts';
import { startUpstream } from '#tests/support/services/upstream.ts';

/**
 * Opens two edges in front of a server that only echoes. `get` calls the one behind a load balancer, and
 * `open` is the one without. Call it once, at the top of the file.
 */
export async function openEchoingEdge() {
  const echo = await startUpstream(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://shop.test');
    for await (const _ of request);
    if (pathname === '/api/slow') await sleep(800);
    if (pathname === '/api/orders') response.statusCode = 409;
    if (pathname.endsWith('kept-by-cache')) response.setHeader('cache-control', 's-maxage=60');
    if (pathname === '/api/busy') response.writeHead(503, { 'retry-after': '7' });
    response.end('{}');
  });
  const upstreams = [echo.address];

  /** Treats 127.0.0.1 as a load balancer, so that a test can use any client address. */
  const edge = await openTestEdge({
    upstreams,
    balancers: ['127.0.0.1'],
    limits: {
      ...defaultLimits(),
      sessionPerSecond: 1,
      newcomersPerSecond: 1,
      addressPerSecond: 5,
      sessionConnections: 3,
      addressConnections: 30,
      addressRendersPerSecond: 2,
    },
    // As by default, the balancer itself is not counted, but its clients are.
    unlimited: ownMachine,
  });
  const open = await openTestEdge({ upstreams, operators: ['127.0.0.1'] });

  function get(path: string, headers: [string, string][], method = 'GET'): Promise<RawAnswer> {
    return sendRaw(`${edge.url}${path}`, { method, headers });
  }

  const lastSeen = () => echo.seen.at(-1)?.headers ?? {};

  return { echo, upstreams, open, get, lastSeen };
}

export const session = (letter: string) =>
  `once_session=00000000-0000-4000-8000-000000000000.${letter.repeat(43)}`;

/** The members of the shop's own problem with this code. Title and detail may be any text. */
export function membersOf(code: ProblemCode, answer: RawAnswer) {
  const own = new AppError(code).toProblem(answer.headers('x-request-id')[0] ?? '');
  return { ...own, title: expect.any(String), detail: expect.any(String) };
}
