import { connect } from 'node:net';

/** How long a server that says nothing more and keeps the connection open is listened to. */
const quietMs = 1_500;

/**
 * Sends these bytes as they are, which no HTTP client would, and gives all that comes back until the
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
    // A reset is an end like any other: what was heard before it counts.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
  });
}

/** A request in its own words, line by line. */
export function requestText(lines: readonly string[], body = ''): string {
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

export function statusesOf(answer: string): number[] {
  return [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
}
