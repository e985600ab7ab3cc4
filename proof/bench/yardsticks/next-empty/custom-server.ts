import { createServer } from 'node:http';
import next from 'next';

/**
 * Serves the built app in the current folder in the way of the shop's own server: Next's handler on
 * `node:http`. `node …/custom-server.ts <port>`
 */
const port = Number(process.argv[2]);
const app = next({ dev: false, dir: process.cwd(), hostname: '127.0.0.1', port });
await app.prepare();
const handle = app.getRequestHandler();
createServer((request, response) => void handle(request, response)).listen(port, '127.0.0.1');
