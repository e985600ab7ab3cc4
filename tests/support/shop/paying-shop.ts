import { afterAll } from 'vitest';
import type { Simulator, SimulatorOptions } from '#proof/simulator/start-simulator.ts';
import { heldReplies } from '#tests/support/faults/held-replies.ts';
import { openSimulator } from '#tests/support/services/simulator.ts';
import { serveHandlers } from '#tests/support/shop/serve-handlers.ts';
import { openTestShop, type TestShop } from '#tests/support/shop/test-shop.ts';

/** A test shop that takes cards. Its provider is a payment simulator of its own, which sends it events. */
export interface PayingShop extends TestShop {
  simulator: Simulator;
  /** Called when the provider has answered a charge, before the shop gets the answer. */
  beforeReply: (hold: () => Promise<unknown>) => void;
  /** Called when the shop has requested a charge, before the provider gets the request. */
  beforeRequest: (delay: () => Promise<unknown>) => void;
  /** Called when the shop has asked to cancel a charge, before the provider gets the request. */
  beforeCancel: (delay: (ref: string) => Promise<unknown>) => void;
}

/** Opens it, and closes it at the end of the file. Call it once, at the top of the file. */
export async function openPayingShop(
  env: Record<string, string> = {},
  options: Partial<SimulatorOptions> = {},
): Promise<PayingShop> {
  const simulator = await openSimulator(options);
  const between = await heldReplies(simulator.url);
  afterAll(between.close);
  const shop = await openTestShop({
    env: {
      STRIPE_SECRET_KEY: simulator.secretKey,
      STRIPE_API_BASE: between.url,
      STRIPE_WEBHOOK_SECRET: simulator.webhookSecret,
      ...env,
    },
  });
  const { url, close } = await serveHandlers();
  afterAll(close);
  simulator.setWebhookUrl(`${url}/api/webhooks/payments`);
  const { beforeReply, beforeRequest, beforeCancel } = between;
  return { ...shop, simulator, beforeReply, beforeRequest, beforeCancel };
}
