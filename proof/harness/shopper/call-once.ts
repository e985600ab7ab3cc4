import { request } from 'node:http';
import type { Call } from './call.ts';

/** Longer than the shop's slowest answer (10 s). A browser would wait longer still. */
const patienceMs = 13_000;

/**
 * Calls the shop at this port, each time on a connection of its own, and resolves with the complete answer.
 * Rejects if there is none, only a part of it, or none in time. Never sends a request twice, as `fetch`
 * may. `network` is the client's address, as a load balancer reports it.
 */
export const callOnce =
  (port: number, network?: string): Call =>
  (path, { method = 'GET', headers, body } = {}) =>
    new Promise((resolve, reject) => {
      const own = new Headers(headers);
      if (network) own.set('x-forwarded-for', network);
      const text = body === undefined ? undefined : String(body);
      if (text !== undefined) own.set('content-length', String(Buffer.byteLength(text)));
      const sent = request({
        host: '127.0.0.1',
        port,
        method,
        path,
        agent: false,
        headers: Object.fromEntries(own),
        signal: AbortSignal.timeout(patienceMs),
      });
      sent.on('error', reject);
      sent.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('close', () => {
          if (!response.complete) return reject(new Error('half an answer'));
          const answered = Object.entries(response.headersDistinct).flatMap(([name, values = []]) =>
            values.map((value): [string, string] => [name, value]),
          );
          const init = { status: response.statusCode ?? 0, headers: answered };
          resolve(new Response(chunks.length > 0 ? Buffer.concat(chunks) : null, init));
        });
      });
      sent.end(text);
    });
