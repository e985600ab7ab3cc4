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
  const body = json === undefined ? '' : JSON.stringify(json);
  const about = json === undefined ? {} : { 'content-type': 'application/json' };
  const all = { host: '127.0.0.1', ...about, ...headers, 'content-length': String(Buffer.byteLength(body)) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}
