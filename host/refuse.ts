import type { IncomingMessage, ServerResponse } from 'node:http';
import { isForThisShop } from '#host/allowed-hosts.ts';
import { env } from '#lib/platform/env.ts';
import { AppError } from '#lib/platform/errors.ts';
import { formRoutes } from '#lib/platform/http/form-routes.ts';
import {
  foreignOrigin,
  isForeign,
  pageAnswer,
  problemAnswer,
  requestIdFrom,
  wantsPage,
} from '#lib/platform/http/http.ts';
import { logger } from '#lib/platform/logger.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/**
 * What server.ts refuses before any other code sees the request. Next would answer some of these with its
 * own error page and a stack trace in the log.
 */

/** Health checks call a process by any address. */
const forAnyHost = /^\/api\/(?:health|ready)\/?(?:$|\?)/;

const known = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const ofPages = ['GET', 'HEAD', 'POST'];

/**
 * Next's work for parameters with the same name grows with the square of their number: 3.5 KB of `a&` take
 * 300 ms, at any path. The shop's own addresses have fewer than 10 parameters.
 */
const maxParameters = 100;

/** Why a request is refused, or undefined. Expects `url` to start with the path. */
export function whyRefused(request: IncomingMessage): AppError | undefined {
  const { url = '/', method = '' } = request;
  if (!isForThisShop(request) && !forAnyHost.test(url)) return wrongHost();
  if (!known.has(method)) return notAllowed('GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS');
  if (!isReadable(url)) {
    return unreadable('The path is not valid.');
  }
  if (url.split('&', maxParameters + 1).length > maxParameters) {
    return unreadable(`The query has more than ${maxParameters} parameters.`);
  }
  const [path = ''] = url.split('?');
  // The API's handlers check methods and origins themselves.
  return path.startsWith('/api/') || formRoutes.includes(path) ? undefined : whyPageRefuses(request);
}

/** A page accepts reads and server actions only. */
function whyPageRefuses({ method = '', url = '', headers }: IncomingMessage): AppError | undefined {
  if (method === 'GET' || method === 'HEAD') return undefined;
  if (!ofPages.includes(method)) return notAllowed('GET, HEAD');
  const { origin, host = '', 'sec-fetch-site': site } = headers;
  if (isForeign({ origin, site: site as string | undefined, host })) return foreignOrigin();
  // Next's development overlay sends these requests.
  if (env().NODE_ENV !== 'production' && url.startsWith('/__nextjs')) return undefined;
  const isAction = 'next-action' in headers || /^multipart\/form-data/i.test(headers['content-type'] ?? '');
  return isAction ? undefined : notAllowed('GET, HEAD');
}

export function unreadable(detail: string): AppError {
  return new AppError('invalid_request', { detail, extra: { fields: [] } });
}

function notAllowed(allow: string): AppError {
  return new AppError('method_not_allowed', {
    detail: `This method is not possible here; ${allow} are. Nothing was changed.`,
    headers: { allow },
  });
}

/** A path with an invalid percent escape would cause an error inside Next. */
function isReadable(url: string): boolean {
  if (!url.includes('%')) return true;
  try {
    decodeURI(url);
    return true;
  } catch {
    return false;
  }
}

function wrongHost(): AppError {
  // Logged once per process: a shop without PUBLIC_URL would log this for every request.
  processWide('wrongHostLog', () => {
    logger().warn(
      'a request for another host name was refused: set PUBLIC_URL to the name that shoppers use, and ALLOWED_HOSTS for others',
    );
    return true;
  });
  return new AppError('wrong_host', {
    detail: 'The shop does not answer to the host name of this request. Nothing was changed.',
  });
}

/** Sends a problem: an HTML page to a browser, a problem document to a program. */
export function refuse(request: IncomingMessage, response: ServerResponse, error: AppError): void {
  const { method, headers } = request;
  const requestId = requestIdFrom(headers['x-request-id'] as string | undefined);
  const page = wantsPage({ method, accept: headers.accept, contentType: headers['content-type'] });
  const answer = (page ? pageAnswer : problemAnswer)(error, requestId);
  response.writeHead(answer.status, { ...answer.headers, 'x-request-id': requestId });
  response.end(method === 'HEAD' ? null : answer.body);
}
