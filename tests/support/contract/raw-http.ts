import { connect } from 'node:net';

/** How long to wait for a server that sends nothing more and keeps the connection open. */
const quietMs = 1_500;

/**
 * Sends these bytes as they are, which no HTTP client would. Resolves with everything received until the
 * server closes the connection or is quiet.
 */
export function exchange(url: string, bytes: string, silenceMs = quietMs): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let heard = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.setTimeout(silenceMs, () => socket.destroy());
    socket.on('data', (data) => {
      heard += data.toString('latin1');
    });
    // A reset ends the connection like a close: what was received before it counts.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
  });
}

/** Builds a request from its exact lines. */
export function requestText(lines: readonly string[], body = ''): string {
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

export function statusesOf(answer: string): number[] {
  return [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
}

/** The lines of a GET with these header lines. */
export const getLines = (path: string, ...headers: string[]) => [
  `GET ${path} HTTP/1.1`,
  ...headers,
  'Connection: close',
];

/** A header of a raw answer. */
export const headerOf = (answer: string, name: string) =>
  new RegExp(`^${name}: (.*)$`, 'im').exec(answer.split('\r\n\r\n')[0] ?? '')?.[1]?.trim();
