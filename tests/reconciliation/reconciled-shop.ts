import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import { db } from '#lib/platform/database/db.ts';
import type { Discrepancy } from '#lib/reconciliation/discrepancy.ts';
import { reconcile } from '#lib/reconciliation/reconcile.ts';
import { readOpen } from '#lib/reconciliation/record.ts';
import type { Run } from '#lib/reconciliation/runs.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { cardBody } from '#tests/support/money.ts';
import { openSimulator, stripeFor } from '#tests/support/services/simulator.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

export interface PaidOrder {
  userId: string;
  orderId: string;
  /** The provider's id of its charge. */
  ref: string;
  totalMinor: number;
  sku: string;
}

/** A shop whose provider sends it no events, so that only a comparison finds what happens there. */
export async function openReconciledShop(env: Record<string, string> = {}) {
  const simulator = await openSimulator();
  const shop = await openTestShop({
    env: { STRIPE_SECRET_KEY: simulator.secretKey, STRIPE_API_BASE: simulator.url, ...env },
  });
  const stripe = stripeFor(simulator.url);
  const sku = await addProduct('BOOKED', { available: 10_000 });

  async function order(payment: 'card' | 'invoice' = 'card', item = sku): Promise<PaidOrder> {
    const shopper = await shopperWith(callHandlers, item, 1);
    const body = payment === 'card' ? await cardBody(shopper) : await shopper.body();
    const response = await shopper.order(body);
    const { order: placed } = (await response.json()) as { order: { id: string } };
    const { userId, totalMinor, payments } = await db().order.findFirstOrThrow({
      where: { id: placed.id },
      include: { payments: true },
    });
    return { userId, orderId: placed.id, ref: payments[0]?.providerRef ?? '', totalMinor, sku: item };
  }

  /** A charge on the account, as another program or an earlier database may have made it. */
  function charge(amount: number, metadata: Record<string, string> = {}): Promise<Stripe.PaymentIntent> {
    const wanted = { amount, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, metadata };
    return stripe.paymentIntents.create({ ...wanted, return_url: 'https://shop.example/' });
  }

  return { ...shop, simulator, stripe, sku, order, charge };
}

export const metadataOf = ({ userId, orderId }: { userId: string; orderId: string }, attempt = 1) => ({
  user_id: userId,
  order_id: orderId,
  attempt: String(attempt),
});

export const stranger = () => ({ userId: randomUUID(), orderId: randomUUID() });

/** Runs it to its end. */
export async function reconcileAll(repairs = false): Promise<{ run: Run; found: Discrepancy[] }> {
  const actor = { kind: 'operator', name: 'eva' } as const;
  const run = await reconcile({ actor, repairs, untilMs: Number.POSITIVE_INFINITY, settlingMs: 50 });
  if (typeof run === 'string') throw new Error(`the run is ${run}`);
  return { run, found: await readOpen(run.id) };
}
