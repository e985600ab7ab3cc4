import { json, route } from '#lib/platform/http/http.ts';
import { type ReadCookie, readCookies } from '#lib/platform/session/session.ts';

/** What a shopper's own page reads from a request. */
export interface PageRequest {
  cookie: ReadCookie;
  /** The query's first value of each name. */
  query: Record<string, string | undefined>;
  /** The parameters in the path, such as an order's id. */
  params: Record<string, string | undefined>;
}

/** The same from a `Cookie` header and a query string. */
export function pageRequestOf(
  cookies: string | null | undefined,
  search: string,
  params: PageRequest['params'] = {},
): PageRequest {
  const query = Object.fromEntries([...new URLSearchParams(search)].reverse());
  return { cookie: readCookies(cookies), query, params };
}

/** Answers the view of a page as JSON, so that an open page can show its new state. */
export function viewRoute<View extends object>(read: (request: PageRequest) => Promise<View>) {
  return route<{ params: Promise<Record<string, string>> }>(async (request, { params }) => {
    const { search } = new URL(request.url);
    const view = await read(pageRequestOf(request.headers.get('cookie'), search, await params));
    // An open page keeps what it shows.
    const isUnavailable = 'kind' in view && view.kind === 'unavailable';
    return json(view, isUnavailable ? { status: 503, headers: { 'retry-after': '2' } } : {});
  });
}
