import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { accepts } from '#host/encoding.ts';
import { bodyOf, requestIdFrom } from '#lib/platform/http/http.ts';
import { securityHeaders } from '#lib/platform/http/security-headers.ts';

/** A body up to this size fits into one packet with its headers, so compressing it saves no time. */
const onePacketBytes = 1_200;

const compressible = /^(?:application\/(?:problem\+)?json|text\/)/;

/** Writes a handler's response, compressed if that saves packets. */
export async function writeResponse(
  outgoing: ServerResponse,
  response: Response,
  { headers: { 'accept-encoding': accepted, 'x-request-id': requestId } }: IncomingMessage,
): Promise<void> {
  const headers: OutgoingHttpHeaders = {
    ...securityHeaders,
    // Most handlers set it themselves: `route` of lib/platform/http.
    'x-request-id': requestIdFrom(requestId as string | undefined),
  };
  for (const [name, value] of response.headers) if (name !== 'set-cookie') headers[name] = value;
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  const known = bodyOf(response);
  let body: string | Buffer | null = known ?? (response.body && Buffer.from(await response.arrayBuffer()));
  if (body && body.length > onePacketBytes && compressible.test(String(headers['content-type']))) {
    headers.vary = [headers.vary, 'Accept-Encoding'].filter(Boolean).join(', ');
    if (accepts('gzip', accepted)) {
      body = gzipSync(body, { level: 4 });
      headers['content-encoding'] = 'gzip';
    }
  }
  // 204 has no body and no length (RFC 9110, 8.6).
  if (response.status !== 204) headers['content-length'] = body === null ? 0 : Buffer.byteLength(body);
  outgoing.writeHead(response.status, headers);
  outgoing.end(body);
}
