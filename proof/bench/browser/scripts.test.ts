import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { scriptBytesOf, scriptsOf } from '#proof/bench/browser/scripts.ts';

const document = `<!doctype html><link rel="preload" as="script" href="/a.js">
  <script src="/a.js" async=""></script><script src="/b.js" id="x"></script><script src="/a.js"></script>
  <script src="/old.js" noModule=""></script><script>inline()</script>`;

it('finds the scripts that a browser of today loads, each once', () => {
  expect(scriptsOf(document)).toEqual(['/a.js', '/b.js']);
});

it('adds up their compressed sizes', async () => {
  const files: Record<string, string> = { '/': document, '/a.js': 'a'.repeat(5_000), '/b.js': 'b()' };
  const server = createServer((request, response) => response.end(files[request.url ?? '']));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const expected = gzipSync('a'.repeat(5_000)).length + gzipSync('b()').length;
  expect(await scriptBytesOf(`http://127.0.0.1:${port}`, '/')).toBe(expected);
  server.closeAllConnections();
  server.close();
});
