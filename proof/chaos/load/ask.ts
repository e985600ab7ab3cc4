import { request } from 'node:http';
import type { Reply } from '#proof/chaos/history.ts';

/** Longer than the shop takes for its slowest answer (10 s); a browser would wait longer still. */
const patienceMs = 13_000;

/** What a client sends: JSON, with the cookie of its session. */
export interface Message {
  port: number;
  method: string;
  path: string;
  cookie?: string;
  headers?: Record<string, string>;
  body?: string;
}

/**
 * Sends one request on a connection of its own and gives the answer, once it is whole. Rejects where
 * none came, or half of one, or none in time. Never sends anything twice.
 */
export function ask(message: Message): Promise<Reply & { setCookie: string[] }> {
  const { port, method, path, cookie, headers, body } = message;
  return new Promise((resolve, reject) => {
    const sent = request({
      host: '127.0.0.1',
      port,
      method,
      path,
      agent: false,
      headers: {
        ...headers,
        ...(cookie && { cookie }),
        ...(body !== undefined && {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(body)),
        }),
      },
      signal: AbortSignal.timeout(patienceMs),
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('close', () => {
        if (!response.complete) return reject(new Error('half an answer'));
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks),
          setCookie: response.headers['set-cookie'] ?? [],
        });
      });
    });
    sent.end(body);
  });
}
