import { expect } from 'vitest';
import { handlersListener } from '#proof/harness/processes/handlers-listener.ts';
import { callUrl } from '#proof/harness/shopper/call.ts';
import { type OrderBody, type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { openTestEdge, type RawAnswer, sendRaw } from '#tests/support/services/edge.ts';
import { startUpstream } from '#tests/support/services/upstream.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** Opens an edge in front of the real shop, its database and its Redis. Call it once, at the top of the file. */
export async function openOrderEdge() {
  await openTestShop();
  const shop = await startUpstream(handlersListener);
  const edge = await openTestEdge({ upstreams: [shop.address] });
  const direct = callUrl(`http://${shop.address}`);
  const ordersSeen = () => shop.asked('POST', '/api/orders');

  /** Sends an order with exactly these headers and its content type. */
  function post(
    body: string,
    headers: [string, string][],
    to = edge.url,
    chunked = false,
  ): Promise<RawAnswer> {
    return sendRaw(`${to}/api/orders`, {
      method: 'POST',
      headers: [['Content-Type', 'application/json'], ...headers],
      body,
      chunked,
    });
  }

  /** An order that exists and whose answer the edge has cached. */
  async function knownOrder(
    sku: string,
  ): Promise<{ shopper: Shopper; body: OrderBody; text: string; answer: string }> {
    const shopper = await shopperWith(edge.call, await addProduct(sku));
    const body = await shopper.body();
    const answer = await (await shopper.order(body)).text();
    const again = await shopper.order(body);
    expect([again.status, await again.text()]).toEqual([201, answer]);
    return { shopper, body, text: JSON.stringify(body), answer };
  }

  return { shop, edge, direct, ordersSeen, post, knownOrder };
}

export const codeOf = ({ body }: RawAnswer) => (JSON.parse(body) as { code: string }).code;
