import http from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Stands between a shop and its provider and passes everything on, connections that end without an
 * answer included. Replies to charges can be kept back, so that something else comes first.
 */
export async function heldReplies(target: string) {
  let hold: () => Promise<unknown> = async () => undefined;
  const server = http.createServer((request, response) => {
    const { method, headers, url = '/' } = request;
    const isCharge = method === 'POST' && url === '/v1/payment_intents';
    const onward = http.request(new URL(url, target), { method, headers }, async (answer) => {
      if (isCharge) await hold();
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    beforeReply: (next: typeof hold) => {
      hold = next;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
