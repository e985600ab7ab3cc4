import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

/**
 * The least that a Node server can do with a page: send its bytes from memory, with the same headers.
 * `node proof/bench/yardsticks/bare-page-server.ts <port> <file>`
 */

/** A page of the file. `body` is in base64, as it is transferred. */
export interface KeptPage {
  url: string;
  headers: Record<string, string>;
  body: string;
}

const pages = JSON.parse(readFileSync(process.argv[3] as string, 'utf8')) as KeptPage[];
const byUrl = new Map(
  pages.map(({ url, headers, body }) => {
    const bytes = Buffer.from(body, 'base64');
    return [url, { bytes, headers: { ...headers, 'content-length': bytes.length } }];
  }),
);

const server = createServer((request, response) => {
  const page = byUrl.get(request.url ?? '');
  if (!page) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, page.headers).end(page.bytes);
});
server.listen(Number(process.argv[2]), '127.0.0.1');
