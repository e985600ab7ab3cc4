import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { askNext, type Handler, type NextAnswer } from '#host/pages/ask-next.ts';
import { type CachedPage, passOn, sendPage, toCachedPage } from '#host/pages/cached-page.ts';
import { refuse } from '#host/refuse.ts';
import { catalogueTag } from '#lib/catalogue/tags.ts';
import { requestIdFrom, unavailable } from '#lib/platform/http/http.ts';
import { withPageStatus } from '#lib/platform/http/page-status.ts';
import { logger } from '#lib/platform/logger.ts';

/** Complete catalogue pages in memory: the bytes that Next rendered once, for all shoppers. */
export interface PageCache {
  /** What sends the page that a request asks for, or undefined if that is no catalogue page. */
  find(request: IncomingMessage): Send | undefined;
  /** Renders the pages with these tags again when they are next requested. */
  expire(tags: string[]): void;
}

type Send = (request: IncomingMessage, response: ServerResponse) => void;

interface Entry {
  page: CachedPage;
  /** From this time on (`performance.now()`) a request renders it again, after it got this copy. */
  dueAt: number;
  refreshing: boolean;
}

interface Loaded {
  answer: NextAnswer;
  page: CachedPage | undefined;
}

/** About 1,500 pages. Least recently used pages go first; Next keeps its own copies. */
const maxBytes = 32 * 1024 * 1024;

/**
 * A page is rendered again when its tags change. This, and the page's own `revalidate`, are for what has no tag,
 * and for the time while changes cannot be read.
 */
const mostFreshMs = 60_000;

/** How long Next may take. Longer than a page waits for the database. */
const renderTimeoutMs = 15_000;

/** After a failure, and while Next has an old copy only. */
const retryMs = 1_000;

/**
 * Next answers with its old copy while it renders a new one. It is asked again for this long, so that the first
 * visitor after a change gets the new page.
 */
const newerWithinMs = 1_000;

/** So many changed pages are rendered again before anyone asks for them: those that were visited last. */
const renderedAhead = 20;

/** The catalogue's pages. Plain segments: Next decides what escapes, dots and a slash at the end mean. */
const cataloguePath = /^\/(?:(?:category|product)(?:\/[\w~-][\w.~-]*)+)?$/;

export function makePageCache(handle: Handler): PageCache {
  const entries = new Map<string, Entry>();
  const loading = new Map<string, Promise<Loaded>>();
  let bytes = 0;

  function keep(path: string, page: CachedPage, forMs: number): void {
    drop(path);
    entries.set(path, { page, dueAt: performance.now() + forMs, refreshing: false });
    bytes += sizeOf(page);
    for (const oldest of entries.keys()) {
      if (bytes <= maxBytes) break;
      drop(oldest);
    }
  }

  function drop(path: string): void {
    const entry = entries.get(path);
    if (!entry) return;
    entries.delete(path);
    bytes -= sizeOf(entry.page);
  }

  /**
   * Gets a page from Next and keeps it, once for all requests that wait for it. No client's headers reach the
   * copy. `page` is undefined if the answer may not be kept.
   */
  function load(path: string): Promise<Loaded> {
    let loaded = loading.get(path);
    if (!loaded) {
      loaded = render(path);
      loading.set(path, loaded);
      const ended = () => void loading.delete(path);
      loaded.then(ended, ended);
    }
    return loaded;
  }

  async function render(path: string): Promise<Loaded> {
    const until = performance.now() + newerWithinMs;
    let answer = await ask(path);
    for (let pauseMs = 30; isOld(answer) && performance.now() < until; pauseMs *= 2) {
      await sleep(pauseMs);
      answer = await ask(path);
    }
    const page = await toCachedPage(answer);
    if (page) keep(path, page, isOld(answer) ? retryMs : Math.min(mostFreshMs, page.freshMs));
    // The product is gone. After an error the kept copy is sent until the next try.
    else if (answer.status < 500) drop(path);
    return { answer, page };
  }

  const ask = (path: string) =>
    askNext((request, response) => withPageStatus(response, () => handle(request, response)), {
      method: 'GET',
      url: path,
      headers: {},
      timeoutMs: renderTimeoutMs,
    });

  async function refresh(path: string, entry: Entry): Promise<void> {
    entry.refreshing = true;
    try {
      await load(path);
    } catch (error) {
      logger().warn({ path, err: error }, 'a page is shown from an older copy');
    }
    // Still the same entry if there is no newer copy.
    Object.assign(entry, { refreshing: false, dueAt: performance.now() + retryMs });
  }

  /** One after the other, so that shoppers' requests are served in between. */
  async function refreshInTurn(due: [string, Entry][]): Promise<void> {
    for (const [path, entry] of due) if (!entry.refreshing && entry.dueAt === 0) await refresh(path, entry);
  }

  async function sendFirst(path: string, request: IncomingMessage, response: ServerResponse, id: string) {
    const { answer, page } = await load(path);
    if (page) {
      sendPage(request, response, page, id);
      return;
    }
    await passOn(request, response, answer, id);
  }

  function send(path: string, request: IncomingMessage, response: ServerResponse): void {
    const id = requestIdFrom(request.headers['x-request-id'] as string | undefined);
    const entry = entries.get(path);
    if (!entry) {
      sendFirst(path, request, response, id).catch((error) => {
        logger().error({ path, err: error }, 'a page could not be rendered');
        refuse(request, response, unavailable(error));
      });
      return;
    }
    // The most recently used entry is the last one.
    entries.delete(path);
    entries.set(path, entry);
    sendPage(request, response, entry.page, id);
    if (!entry.refreshing && performance.now() >= entry.dueAt) void refresh(path, entry);
  }

  return {
    find(request) {
      const path = cataloguePathOf(request);
      return path === undefined ? undefined : (asked, response) => send(path, asked, response);
    },
    expire(tags) {
      const changed = new Set(tags);
      const all = changed.has(catalogueTag);
      const due = [...entries].filter(([, { page }]) => all || page.tags.some((tag) => changed.has(tag)));
      for (const [, entry] of due) entry.dueAt = 0;
      void refreshInTurn(due.slice(-renderedAhead).reverse());
    },
  };
}

/** Next sent a copy that it is about to replace. */
const isOld = ({ headers }: NextAnswer) => headers['x-nextjs-cache'] === 'STALE';

const sizeOf = ({ gzip, brotli }: CachedPage) => gzip.length + brotli.length;

/** The path of a whole catalogue page, or undefined for every other request. */
function cataloguePathOf({ method, url = '/', headers }: IncomingMessage): string | undefined {
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  // A part of a page, for a script of Next.
  if (headers.rsc !== undefined) return undefined;
  const [path = ''] = url.split('?', 1);
  // With this ending Next answers a part of a page.
  return cataloguePath.test(path) && !path.endsWith('.rsc') ? path : undefined;
}
