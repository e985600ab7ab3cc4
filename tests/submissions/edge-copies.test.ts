import { expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { writeRecords } from '#lib/submissions/record-submission.ts';
import { type OrderBody, type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { proveOrder } from '#scripts/order/prove-order.ts';
import type { WholeProof } from '#scripts/order/whole-proof.ts';
import { openOrderEdge } from '#tests/edge/order-edge.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/** The proof of an order counts in nginx's access log what nginx answered alone. */

const { edge } = await openOrderEdge();

async function ordered(sku: string): Promise<{ shopper: Shopper; body: OrderBody }> {
  const shopper = await shopperWith(edge.call, await addProduct(sku));
  return { shopper, body: await shopper.body() };
}

/** The proof of the shopper's order, once nginx has written its log. */
async function proofOf({ userId }: Shopper): Promise<WholeProof> {
  await writeRecords();
  await edge.logLines();
  const order = await db().order.findFirstOrThrow({ where: { userId } });
  const key = { userId, orderId: order.id };
  return JSON.parse((await proveOrder(key, { json: true, edgeLogs: [edge.accessLog] })).text) as WholeProof;
}

test('of two hundred copies through nginx one reaches the shop, and nginx’s log has the others', async () => {
  const { shopper, body } = await ordered('COPIES');
  const began = new Date(Math.floor(Date.now() / 1_000) * 1_000).toISOString();
  await Promise.all(Array.from({ length: 200 }, () => shopper.order(body)));
  const { edge: counted, submissions } = await proofOf(shopper);
  expect(submissions).toMatchObject([{ kind: 'made_the_order', layer: 'order_writer', copies: 1 }]);
  expect(counted).toMatchObject({ copies: 199, recorded: 1, unrecorded: [] });
  expect(counted?.first && counted.first >= began).toBe(true);
  expect(counted?.last && counted.last <= new Date().toISOString()).toBe(true);
});

test('copies of another order and other requests for it are not counted', async () => {
  const { shopper, body } = await ordered('MINE');
  const other = await ordered('OTHERS');
  for (const one of [shopper, other.shopper]) {
    for (let time = 0; time < 3; time += 1) await one.order(one === shopper ? body : other.body);
  }
  const { id } = await db().order.findFirstOrThrow({ where: { userId: shopper.userId } });
  await shopper.request(`/api/orders/${id}`);
  expect((await proofOf(shopper)).edge).toMatchObject({ copies: 2, recorded: 1, unrecorded: [] });
});

test('form posts reach the shop each time, and each is recorded and in nginx’s log', async () => {
  const { shopper, body } = await ordered('FORMCOPIES');
  for (let time = 0; time < 3; time += 1) expect((await shopper.orderByForm(body)).status).toBe(303);
  const { edge: counted, submissions } = await proofOf(shopper);
  expect(submissions.map(({ kind }) => kind)).toEqual(['made_the_order', 'sent_again', 'sent_again']);
  expect(counted).toMatchObject({ copies: 0, recorded: 3, unrecorded: [] });
});

test('a request whose record was lost with its process is named by its id', async () => {
  const { shopper, body } = await ordered('LOSTRECORD');
  await shopper.order(body, { 'x-request-id': 'the-lost-request' });
  await writeRecords();
  await db().submission.deleteMany({ where: { userId: shopper.userId } });
  await shopper.order(body);
  expect((await proofOf(shopper)).edge).toMatchObject({ copies: 1, unrecorded: ['the-lost-request'] });
});

test('the line of a copy has its request, its order and nothing of the shopper', async () => {
  const { shopper, body } = await ordered('COPYLINE');
  for (const id of ['the-first-of-two', 'the-copy-of-two']) await shopper.order(body, { 'x-request-id': id });
  const { id: order } = await db().order.findFirstOrThrow({ where: { userId: shopper.userId } });
  const lines = await edge.logLines();
  const copy = lines.find(({ requestId }) => requestId === 'the-copy-of-two');
  expect(copy).toEqual({
    time: expect.any(String),
    requestId: 'the-copy-of-two',
    status: 201,
    cache: 'HIT',
    order,
  });
  expect(lines.find(({ requestId }) => requestId === 'the-first-of-two')).toMatchObject({
    cache: 'MISS',
    order,
  });
});
