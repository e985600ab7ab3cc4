import { readdirSync } from 'node:fs';
import path from 'node:path';

/** A route handler of `app/`, as Next calls it: a function of a request. */
export type RouteHandler = (
  request: Request,
  context: { params: Promise<Record<string, string>> },
) => Promise<Response>;

/** The handlers of one file by method. */
type RouteModule = Partial<Record<string, RouteHandler>>;

export interface Route {
  /** The segments of its path, such as `api`, `orders` and `[id]`. */
  segments: string[];
  load(): Promise<RouteModule>;
}

/** The route handlers of `app/`, without those for any path. The files are loaded on demand. */
export function listRoutes(root: string): Route[] {
  const app = path.join(root, 'app');
  return (
    readdirSync(app, { recursive: true, encoding: 'utf8' })
      .filter((file) => path.basename(file) === 'route.ts')
      .map((file) => ({ file, segments: segmentsOf(path.dirname(file)) }))
      .filter(({ segments }) => !segments.some(isCatchAll))
      // As in Next, a fixed segment is preferred to a parameter.
      .sort((a, b) => a.segments.filter(isParameter).length - b.segments.filter(isParameter).length)
      .map(({ file, segments }) => ({ segments, load: () => import(path.join(app, file)) }))
  );
}

/** The segments of a folder's path. A route group, such as `(shop)`, is no part of it. */
const segmentsOf = (folder: string) => folder.split(path.sep).filter((name) => !/^\(.*\)$/.test(name));

const isCatchAll = (segment: string) => segment.includes('[...');
const isParameter = (segment: string) => segment.startsWith('[');

/** Finds the route of a path and its parameters. */
export function findRoute<Of extends Pick<Route, 'segments'>>(
  routes: readonly Of[],
  wanted: readonly string[],
): { route: Of; params: Record<string, string> } | undefined {
  for (const route of routes) {
    const params = paramsOf(route.segments, wanted);
    if (params) return { route, params };
  }
  return undefined;
}

function paramsOf(segments: string[], wanted: readonly string[]): Record<string, string> | undefined {
  if (segments.length !== wanted.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const value = wanted[index] as string;
    if (isParameter(segment)) params[segment.slice(1, -1)] = value;
    else if (segment !== value) return undefined;
  }
  return params;
}
