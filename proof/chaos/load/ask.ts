import { request } from 'node:http';
import type { Reply } from '#proof/chaos/checker/history.ts';

/** Longer than the shop's slowest answer (10 s). A browser would wait longer still. */
const patienceMs = 13_000;

/** A client's request: JSON, with its session cookie. */
export interface Message {
  port: number;
  method: string;
  path: string;
  cookie?: string;
  headers?: Record<string, string>;
  body?: string;
}

/**
 * Sends one request on its own connection and resolves with the complete answer. Rejects if there is
 * none, only a part of it, or none in time. Never sends a request twice.
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
