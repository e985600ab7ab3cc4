/**
 * A request's bytes on the wire. Built before the load begins, so that sending one costs only a write.
 * `json` becomes the body.
 */
export function requestBytes(
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  headers: Record<string, string> = {},
  json?: unknown,
): Buffer {
  const about: Record<string, string> = json === undefined ? {} : { 'content-type': 'application/json' };
  const body = json === undefined ? undefined : JSON.stringify(json);
  return rawRequest({ method, url: path, headers: { host: '127.0.0.1', ...about, ...headers }, body });
}

/** The same for a request whose headers and body are complete. `url` is a path. */
export function rawRequest(request: {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string | undefined;
}): Buffer {
  const { method, url, headers, body = '' } = request;
  const all = { ...headers, 'content-length': String(Buffer.byteLength(body)) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${url} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}
