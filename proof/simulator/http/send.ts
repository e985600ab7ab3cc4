import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiAnswer } from './answers.ts';
import { ApiError } from './api-error.ts';
import type { Page } from './bank-page.ts';

/** Reading requests from Node's server, and sending answers with it. */

/** A call is a form of a few hundred bytes. */
const mostBodyBytes = 64 * 1024;

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBodyBytes) {
      throw new ApiError(413, { type: 'invalid_request_error', message: 'The request is too large.' });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A body of any length, line by line. */
export function readLines(request: IncomingMessage): AsyncIterable<string> {
  return createInterface({ input: request, crlfDelay: Number.POSITIVE_INFINITY });
}

export async function sendAnswer(
  response: ServerResponse,
  { status, headers, body, instead }: ApiAnswer,
  hangMs: number,
  signal: AbortSignal,
): Promise<void> {
  const socket = response.socket as Socket | null;
  if (instead === 'reset') return void socket?.resetAndDestroy();
  if (instead === 'hang_up') return void socket?.destroy();
  if (instead === 'hang') {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    await sleep(hangMs, undefined, { signal: AbortSignal.any([signal, gone.signal]) }).catch(() => undefined);
    return void socket?.destroy();
  }
  sendJson(response, status, body, headers);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json',
    'cache-control': 'no-cache, no-store',
  });
  response.end(JSON.stringify(body, null, 2));
}

export function sendPage(response: ServerResponse, { status, html = '', location }: Page): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    // Allows only this page's own style: data from the shop is shown as text.
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    ...(location && { location }),
  });
  response.end(html);
}
