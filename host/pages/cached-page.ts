import { createHash } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gunzipSync, gzip } from 'node:zlib';
import { accepts } from '#host/encoding.ts';
import type { NextAnswer } from '#host/pages/ask-next.ts';
import { scriptHashes } from '#host/pages/script-hashes.ts';
import { env } from '#lib/platform/env.ts';
import { contentPolicy } from '#lib/platform/http/content-policy.ts';

/** A page that is the same for all shoppers, as the bytes that browsers get. */
export interface CachedPage {
  /** Without the length, the encoding and the request's id. */
  headers: OutgoingHttpHeaders;
  etag: string;
  gzip: Buffer;
  brotli: Buffer;
  /** The cache tags of what it shows. */
  tags: string[];
  /** How long Next itself would keep it, in milliseconds: its `revalidate`. */
  freshMs: number;
}

/**
 * A small window: with the usual one, this quality takes 12 ms for a page of 65 KB instead of one, and saves
 * nothing.
 */
const brotliParams = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 16 };

/** Headers of one answer only. */
const ofOneAnswer = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'date',
  'etag',
  'keep-alive',
  'set-cookie',
  'transfer-encoding',
  'x-request-id',
]);

/** Headers in which Next tells what it has done. */
const ofNext = /^x-(?:nextjs|middleware)-/;

/** A page that Next rendered for all shoppers, or undefined if the answer is anything else. */
export async function toCachedPage({ status, headers, body }: NextAnswer): Promise<CachedPage | undefined> {
  const maxAge = /\bs-maxage=(\d+)/.exec(String(headers['cache-control']))?.[1];
  if (status !== 200 || maxAge === undefined || headers['set-cookie'] !== undefined) return undefined;
  const html = body.toString();
  const policy = contentPolicy(scriptHashes(html), env());
  const [zipped, brotli] = await Promise.all([
    promisify(gzip)(body, { level: 9 }),
    promisify(brotliCompress)(body, { params: brotliParams }),
  ]);
  return {
    headers: { ...keptHeaders(headers), vary: varyOf(headers.vary), 'content-security-policy': policy },
    etag: `W/"${createHash('sha256').update(policy).update(body).digest('base64url').slice(0, 22)}"`,
    gzip: zipped,
    brotli,
    tags: tagsIn(html),
    freshMs: Number(maxAge) * 1_000,
  };
}

/** Sends what is not the same for all shoppers, or no page: an error, a redirect, "not found". */
export async function passOn(
  { method, headers: asked }: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: NextAnswer,
  requestId: string,
): Promise<void> {
  const zips = body.length > 0 && accepts('gzip', asked['accept-encoding']);
  const sent = zips ? await promisify(gzip)(body, { level: 6 }) : body;
  response.writeHead(status, {
    ...keptHeaders(headers),
    vary: varyOf(headers.vary),
    ...(zips && { 'content-encoding': 'gzip' }),
    'content-length': sent.length,
    'x-request-id': requestId,
  });
  response.end(method === 'HEAD' ? null : sent);
}

/** Without the headers of one answer, and without those of Next for itself. */
function keptHeaders(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => {
      return !ofOneAnswer.has(name.toLowerCase()) && !ofNext.test(name.toLowerCase());
    }),
  );
}

function varyOf(vary: OutgoingHttpHeaders[string]): string {
  const names = [vary ?? []].flat().join(', ');
  return /accept-encoding/i.test(names) ? names : [names, 'Accept-Encoding'].filter(Boolean).join(', ');
}

/** The tags that `PageTags` (app/page-tags.tsx) writes into a page. */
function tagsIn(html: string): string[] {
  const listed = /<meta name="cache-tags" content="([^"]*)"/.exec(html)?.[1];
  return listed ? listed.split(' ').map(decodeURIComponent) : [];
}

/** Sends a page in the best encoding that the client takes, or 304 if the client has it already. */
export function sendPage(
  { method, headers: asked }: IncomingMessage,
  response: ServerResponse,
  page: CachedPage,
  requestId: string,
): void {
  const headers: OutgoingHttpHeaders = { ...page.headers, etag: page.etag, 'x-request-id': requestId };
  if (hasIt(asked['if-none-match'], page.etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  const { body, encoding } = encodedFor(asked['accept-encoding'], page);
  if (encoding) headers['content-encoding'] = encoding;
  headers['content-length'] = body.length;
  response.writeHead(200, headers);
  response.end(method === 'HEAD' ? null : body);
}

const hasIt = (given: string | undefined, etag: string) =>
  given !== undefined && (given.trim() === '*' || given.split(',').some((one) => one.trim() === etag));

function encodedFor(accepted: string | string[] | undefined, { brotli, gzip: zipped }: CachedPage) {
  if (accepts('br', accepted)) return { body: brotli, encoding: 'br' };
  if (accepts('gzip', accepted)) return { body: zipped, encoding: 'gzip' };
  // Only simple programs take no compression.
  return { body: gunzipSync(zipped), encoding: undefined };
}
