import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServerResponse } from 'node:http';
import { processWide } from '#lib/platform/process-wide.ts';

/**
 * Lets a page rendered on the server choose its status, such as 404. In Next a page does that by throwing
 * `notFound()`, but the content then needs JavaScript: without it the page is blank.
 */
interface Answer {
  status?: number;
}

const answers = () => processWide('pageAnswers', () => new AsyncLocalStorage<Answer>());

/** Sets the status of the page that is being rendered. Returns false on a host that cannot do that. */
export function answerPageWith(status: number): boolean {
  const answer = answers().getStore();
  if (answer) answer.status = status;
  return answer !== undefined;
}

const outage = () => processWide('pageOutage', () => ({ notedAt: Number.NEGATIVE_INFINITY }));

/**
 * Notes that a page failed to render because the database is down. Next renders one page for all concurrent
 * requests for it, so this is not about one request: all requests in progress that fail are affected, and those
 * that join the failing render a moment later.
 */
export function noteUnavailable(): void {
  outage().notedAt = performance.now();
}

/** A render takes no longer (host/pages): a request may have joined one that failed so long ago. */
const renderMs = 15_000;

/** When to retry a page that failed because of the database. */
const retryAfterSeconds = 2;

/**
 * Renders a page. If its status would be 200, the status that the page has set is used. If Next answers 500
 * because the database is down, it is 503.
 */
export function withPageStatus<T>(response: ServerResponse, draw: () => T): T {
  const answer: Answer = {};
  const began = performance.now();
  const writeHead = response.writeHead;
  const statusFor = (status: number) => {
    if (status === 200) return answer.status ?? status;
    if (status !== 500 || outage().notedAt < began - renderMs) return status;
    response.setHeader('retry-after', retryAfterSeconds);
    return 503;
  };
  response.writeHead = ((status: number, ...rest: []) =>
    writeHead.call(response, statusFor(status), ...rest)) as never;
  return answers().run(answer, draw);
}
