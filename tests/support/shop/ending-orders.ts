import { randomUUID } from 'node:crypto';
import { afterEach, onTestFinished, vi } from 'vitest';
import { refundOrder } from '#lib/order-management/refund-order.ts';
import { paymentProvider } from '#lib/payment-provider/payment-provider.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { cardBody, expectBooksToAgree, type OrderInDb, orderOf } from '#tests/support/money.ts';
import { eva } from '#tests/support/shop/actors.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/**
 * A shop whose card orders end: cancelled, refunded, fulfilled, or expired because they were not paid in
 * time. After each test the shop's books and the provider's must agree.
 */
export async function openEndingOrders() {
  // Slow operations at the provider stay open until the test settles them.
  const { simulator, beforeReply, beforeRequest } = await openPayingShop({}, { settleMs: 600_000 });
  const call = conforming(callHandlers);
  afterEach(() => {
    simulator.clearFaults();
    return expectBooksToAgree(simulator);
  });

  async function ordered(sku: string, token?: string): Promise<{ shopper: Shopper; order: OrderInDb }> {
    const shopper = await shopperWith(call, await addProduct(sku, { available: 5 }), 2);
    await shopper.order(await cardBody(shopper, token));
    return { shopper, order: await orderOf(shopper) };
  }

  /** Stops a submission after the provider has charged and before its answer or event reaches the shop. */
  async function beingCharged(sku: string) {
    const shopper = await shopperWith(call, await addProduct(sku, { available: 5 }), 2);
    simulator.addFault({ kind: 'webhook_drop', times: 50 });
    const [charged, replied] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    beforeReply(() => {
      charged.resolve();
      return replied.promise;
    });
    const answer = shopper.order(await cardBody(shopper));
    await charged.promise;
    beforeReply(async () => undefined);
    return { shopper, order: await orderOf(shopper), reply: replied.resolve, answer };
  }

  const cancel = (shopper: Shopper, { id }: OrderInDb) =>
    shopper.send('POST', `/api/orders/${id}/cancel`, {});
  const refund = (
    { userId, id }: Pick<OrderInDb, 'userId' | 'id'>,
    change: { id?: string; amountMinor?: number } = {},
  ) =>
    refundOrder({
      userId,
      orderId: id,
      id: randomUUID(),
      reason: 'broken',
      actor: eva,
      ...change,
    });

  /** Moves the end of the hold one second into the past and makes the payment 15 minutes older, to match. */
  async function endHold({ id }: OrderInDb): Promise<void> {
    await db().$executeRaw`UPDATE orders SET hold_until = now() - interval '1 second' WHERE id = ${id}::uuid`;
    await db().$executeRaw`
      UPDATE payment SET created_at = created_at - interval '15 minutes' WHERE order_id = ${id}::uuid`;
  }

  async function lostWebhooks({ id }: OrderInDb): Promise<void> {
    simulator.addFault({ kind: 'webhook_drop', times: 50, on: { orderId: id } });
  }

  /** The shopper confirms on the bank's page, which is still open in a tab. */
  async function confirmAtBank({ payments }: OrderInDb): Promise<void> {
    const page = await fetch(`${simulator.url}/3ds/${payments[0]?.providerRef}`, {
      method: 'POST',
      body: new URLSearchParams({ answer: 'confirm' }),
      redirect: 'manual',
    });
    await page.body?.cancel();
  }

  /** Runs `happens` before each time the provider is asked for the state of a charge. */
  async function beforeEachLook(happens: (ref: string) => unknown) {
    const provider = await paymentProvider();
    const { retrieve } = provider;
    const looks = vi.spyOn(provider, 'retrieve').mockImplementation(async (ref) => {
      await happens(ref);
      return retrieve(ref);
    });
    onTestFinished(() => looks.mockRestore());
    return looks;
  }

  /** Makes the provider so slow that its first answer uses all the time of a run. */
  function slowLooks() {
    const now = performance.now.bind(performance);
    let aheadMs = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + aheadMs);
    onTestFinished(() => clock.mockRestore());
    return beforeEachLook(() => {
      aheadMs += 41_000;
    });
  }

  return {
    simulator,
    beforeRequest,
    call,
    ordered,
    beingCharged,
    cancel,
    refund,
    endHold,
    lostWebhooks,
    confirmAtBank,
    beforeEachLook,
    slowLooks,
  };
}
