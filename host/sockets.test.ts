import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { guardSockets } from '#host/sockets.ts';

/** Uses real sockets and a development server. Its hot reload shows which ones were let through. */

const server = createServer((_request, response) => void response.end('ordinary'));
let own = '';

beforeAll(async () => {
  vi.stubEnv('DATABASE_URL', 'postgresql://127.0.0.1/none');
  vi.stubEnv('ONCE_SECRET', 'a-secret-of-at-least-32-characters');
  guardSockets(server, (_request, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  own = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

async function upgrade(path: string, headers: string[]): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(
    [`GET ${path} HTTP/1.1`, ...headers, 'Connection: Upgrade', 'Upgrade: websocket'].join('\r\n'),
  );
  socket.write('\r\n\r\n');
  let heard = '';
  socket.on('data', (data) => {
    heard += String(data);
  });
  // Resolves only when the server has closed the socket.
  await once(socket, 'close');
  return heard.slice(0, 'HTTP/1.1 101'.length);
}

test('only a page of this shop on this machine gets hot reload, and every other upgrade is closed', async () => {
  const hotReload = '/_next/hmr?id=1';
  const page = [`Host: ${own}`, `Origin: http://${own}`];
  expect(await upgrade(hotReload, page)).toBe('HTTP/1.1 101');
  for (const [path, headers] of [
    ['/cart', page],
    ['/_next/hmrx', page],
    [hotReload, [`Host: ${own}`]],
    [hotReload, [`Host: ${own}`, 'Origin: https://evil.example']],
    [hotReload, ['Host: evil.example', 'Origin: http://evil.example']],
    [hotReload, [...page, 'X-Forwarded-For: 203.0.113.7']],
  ] as const) {
    expect(await upgrade(path, [...headers]), JSON.stringify([path, headers])).toBe('HTTP/1.1 403');
  }
});
