import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** A receiver of order events: a real server that checks signatures as a subscriber would. */
export interface WebhookReceiver {
  url: string;
  /** The secret by which it checks signatures. A test may replace it. */
  secret: string;
  /** The deliveries with a valid signature, whatever the answer was. */
  received: { id: string; event: ReceivedEvent }[];
  /** The number of requests with an invalid signature. */
  forged: number;
  /** The statuses of the next answers; 204 when it is empty. */
  answers: number[];
  close(): Promise<void>;
}

interface ReceivedEvent {
  type: string;
  timestamp: string;
  data: { order: Record<string, unknown>; status: string; version: number; actor: string; reason: string };
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const secret = `whsec_${Buffer.from('a secret of thirty-two bytes, yes').toString('base64')}`;
  const receiver = { secret, received: [], forged: 0, answers: [] } as unknown as WebhookReceiver;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    try {
      const headers = request.headers as Record<string, string>;
      const event = new Webhook(receiver.secret).verify(
        Buffer.concat(chunks).toString(),
        headers,
      ) as ReceivedEvent;
      receiver.received.push({ id: headers['webhook-id'] ?? '', event });
    } catch {
      receiver.forged += 1;
    }
    const status = receiver.answers.shift() ?? 204;
    response.writeHead(status, status === 302 ? { location: 'https://elsewhere.test/' } : {}).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
  receiver.close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return receiver;
}
