import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServerResponse } from 'node:http';
import { processWide } from '#lib/platform/process-wide.ts';

/**
 * A page that is drawn on the server and answers 404. In Next a page chooses its status by throwing
 * `notFound()`, and what is shown then needs JavaScript; without it the page is blank.
 */
interface Answer {
  status?: number;
}

const answers = () => processWide('pageAnswers', () => new AsyncLocalStorage<Answer>());

/** Has the page that is being drawn answer so. False on a host that cannot. */
export function answerPageWith(status: number): boolean {
  const answer = answers().getStore();
  if (answer) answer.status = status;
  return answer !== undefined;
}

const outage = () => processWide('pageOutage', () => ({ notedAt: Number.NEGATIVE_INFINITY }));

/**
 * A page could not be drawn, because the database does not answer. Next draws one page for all who ask
 * for it at that moment, so this is not said of one request: all that are in work and fail are meant.
 */
export function noteUnavailable(): void {
  outage().notedAt = performance.now();
}

/** When a page that failed for want of the database is worth asking for again. */
const retryAfterSeconds = 2;

/**
 * Draws a page. Its status is what the page says, where it would be 200, and 503 where Next answers 500
 * because the database is away.
 */
export function withPageStatus<T>(response: ServerResponse, draw: () => T): T {
  const answer: Answer = {};
  const began = performance.now();
  const writeHead = response.writeHead;
  const statusFor = (status: number) => {
    if (status === 200) return answer.status ?? status;
    if (status !== 500 || outage().notedAt < began) return status;
    response.setHeader('retry-after', retryAfterSeconds);
    return 503;
  };
  response.writeHead = ((status: number, ...rest: []) =>
    writeHead.call(response, statusFor(status), ...rest)) as never;
  return answers().run(answer, draw);
}
