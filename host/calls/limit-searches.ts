import type { IncomingMessage, ServerResponse } from 'node:http';
import { refuse } from '#host/refuse.ts';
import { AppError } from '#lib/platform/errors.ts';

/**
 * A search costs as much as ten pages of a shopper, and every query is a new one. So a process works on few
 * searches at a time, and the next one waits. If too many wait, the search is refused: the first work that
 * an overloaded shop drops. Nothing else waits behind a search that has not begun.
 */
export type LimitSearches = (request: IncomingMessage, response: ServerResponse, answer: () => void) => void;

/** So many wait for each one in progress: about half a second, which is shorter than a retry. */
const waitingForEach = 8;

/** No search takes longer, on a machine that is not overloaded. */
const longestMs = 2_000;

/** Most searches are over by then. */
const goesOnMs = 300;

/** By then the waiting searches are answered. */
const retryAfterSeconds = 1;

/** A search page, the list of products, which searches too, and suggestions, with or without a slash at the end. */
const searchPath = /^\/(?:search|api\/products|api\/search\/suggestions)\/?$/;

/** `atATime`: how many searches this process works on at the same time. 0 means no limit. */
export function makeLimitSearches(atATime: number): LimitSearches {
  const waiting: { response: ServerResponse; begin: () => void }[] = [];
  let inProgress = 0;

  function begin(response: ServerResponse, answer: () => void): void {
    inProgress += 1;
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      clearTimeout(longest);
      inProgress -= 1;
      beginNext();
    };
    // A client that reads slowly, or not at all, must not keep others from searching.
    const longest = setTimeout(end, longestMs);
    response.once('finish', end);
    // The client may have disconnected. Its search goes on for a while.
    response.once('close', () => setTimeout(end, goesOnMs));
    answer();
  }

  function beginNext(): void {
    while (inProgress < atATime) {
      const next = waiting.shift();
      if (!next) return;
      // The client has disconnected.
      if (!next.response.destroyed) next.begin();
    }
  }

  return (request, response, answer) => {
    if (atATime === 0 || !isSearch(request)) answer();
    else if (inProgress < atATime) begin(response, answer);
    else if (waiting.length < atATime * waitingForEach) {
      waiting.push({ response, begin: () => begin(response, answer) });
    } else refuse(request, response, tooManySearches());
  };
}

function tooManySearches(): AppError {
  return new AppError('overloaded', {
    detail: 'Too many searches at this moment. Wait a moment and search again.',
    retryAfterSeconds,
  });
}

/** Escapes are decoded, because Next decodes them, too. */
function isSearch({ url = '/' }: IncomingMessage): boolean {
  const [path = ''] = url.split('?', 1);
  return searchPath.test(path.includes('%') ? decodeURI(path) : path);
}
