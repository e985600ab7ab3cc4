import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/**
 * A proxy between a shop and its provider. It forwards everything, also connections that close without an
 * answer. It can hold back charges, their replies and cancellations, so that another step happens first. What
 * it held back is then forwarded, even when the client has gone.
 */
export async function heldReplies(target: string) {
  let hold: () => Promise<unknown> = async () => undefined;
  let delay: () => Promise<unknown> = async () => undefined;
  let delayCancel: (ref: string) => Promise<unknown> = async () => undefined;
  const server = http.createServer(async (request, response) => {
    const { method, headers, url = '/' } = request;
    const body = await buffer(request);
    const isCharge = method === 'POST' && url === '/v1/payment_intents' && body.includes('confirm=true');
    if (isCharge) await delay();
    const cancelled = url.match(/^\/v1\/payment_intents\/(\w+)\/cancel$/)?.[1];
    if (cancelled) await delayCancel(cancelled);
    const onward = http.request(new URL(url, target), { method, headers }, async (answer) => {
      if (isCharge) await hold();
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    onward.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    beforeReply: (next: typeof hold) => {
      hold = next;
    },
    beforeRequest: (next: typeof delay) => {
      delay = next;
    },
    beforeCancel: (next: typeof delayCancel) => {
      delayCancel = next;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
