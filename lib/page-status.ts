import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServerResponse } from 'node:http';
import { processWide } from '#lib/process-wide.ts';

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

/** Draws a page whose status is what the page says, where it would be 200. */
export function withPageStatus<T>(response: ServerResponse, draw: () => T): T {
  const answer: Answer = {};
  const writeHead = response.writeHead;
  response.writeHead = ((status: number, ...rest: []) =>
    writeHead.call(response, status === 200 ? (answer.status ?? status) : status, ...rest)) as never;
  return answers().run(answer, draw);
}
