import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { afterAll } from 'vitest';
import type { Simulator } from '#simulator/start-simulator.ts';
import { callHandlers } from '#tests/support/call.ts';
import { openSimulator } from '#tests/support/simulator.ts';
import { openTestShop, type TestShop } from '#tests/support/test-shop.ts';

/** A test shop that takes cards: its provider is a simulator of its own, which tells it of events. */
export interface PayingShop extends TestShop {
  till: Simulator;
  /** The same shop over a socket. */
  url: string;
}

/** Opens it and closes it at the end of the file. Call it at the top of the file, once. */
export async function openPayingShop(env: Record<string, string> = {}): Promise<PayingShop> {
  const till = await openSimulator();
  const shop = await openTestShop({
    env: {
      STRIPE_SECRET_KEY: till.secretKey,
      STRIPE_API_BASE: till.url,
      STRIPE_WEBHOOK_SECRET: till.webhookSecret,
      ...env,
    },
  });
  const url = await serveHandlers();
  till.setWebhookUrl(`${url}/api/webhooks/payments`);
  return { ...shop, till, url };
}

async function serveHandlers(): Promise<string> {
  const listener = getRequestListener(
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const body = request.method === 'GET' ? undefined : await request.arrayBuffer();
      return callHandlers(pathname + search, { method: request.method, headers: request.headers, body });
    },
    { overrideGlobalObjects: false },
  );
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
