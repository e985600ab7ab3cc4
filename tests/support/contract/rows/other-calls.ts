import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import type { Call } from '#proof/harness/shopper/call.ts';
import { Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { metricsEnv } from '#tests/support/metrics.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';
import type { TestShop } from '#tests/support/shop/test-shop.ts';
import { problemOf } from './problem-of.ts';

/** The calls before and after an order. */
export function describeOtherCalls({
  shop,
  call,
  bareCall,
  unreadableAddress,
}: {
  shop: TestShop;
  call: Call;
  bareCall: Call;
  unreadableAddress: number;
}): void {
  describe('the other calls', () => {
    test('health and ready report that the shop is up', async () => {
      expect((await call('/api/health')).status).toBe(200);
      const ready = await call('/api/ready');
      expect([ready.status, await ready.json()]).toEqual([
        200,
        { status: 'ready', database: 'up', redis: 'up' },
      ]);
    });

    test('reading a cart for the first time creates a session and writes nothing', async () => {
      const shopper = new Shopper(call);
      const cart = await shopper.cart();
      expect(shopper.cookie).toMatch(/^once_session=/);
      expect(cart).toMatchObject({ version: 1, currency: 'USD', lines: [], subtotalMinor: 0 });
      expect(await db().cart.count({ where: { id: cart.id } })).toBe(0);
      const quote = await shopper.request('/api/checkout');
      expect([quote.status, (await problemOf(quote)).code]).toEqual([409, 'cart_empty']);
      // The first line is added to the cart whose id was shown.
      expect((await shopper.put(await addProduct('FIRSTLINE'), 1)).id).toBe(cart.id);
    });

    test('setting a line replaces its quantity, and an unchanged quantity adds no version', async () => {
      const shopper = await shopperWith(call, await addProduct('LINE', { priceMinor: 300 }));
      const cart = await shopper.put('LINE', 2);
      expect(cart.lines).toEqual([
        { sku: 'LINE', title: 'Product LINE', quantity: 2, unitPriceMinor: 300, lineTotalMinor: 600 },
      ]);
      expect((await shopper.put('LINE', 2)).version).toBe(cart.version);
      expect(await shopper.put('LINE', 0)).toMatchObject({ version: cart.version + 1, lines: [] });
    });

    test('an edit with If-Match is refused when the cart has changed meanwhile', async () => {
      const shopper = await shopperWith(call, await addProduct('IFMATCH'));
      const { version } = await shopper.cart();
      const edit = (ifMatch: string, quantity: number) =>
        shopper.send('PUT', '/api/cart/lines/IFMATCH', { quantity }, { 'if-match': ifMatch });
      expect((await edit(`"${version}"`, 2)).status).toBe(200);
      const late = await edit(`"${version}"`, 5);
      expect([late.status, (await problemOf(late)).code]).toEqual([412, 'precondition_failed']);
      expect((await edit('nonsense', 5)).status).toBe(400);
      expect((await shopper.cart()).lines[0]?.quantity).toBe(2);
    });

    test.each([
      ['an unknown sku', 'NO-SUCH-SKU', { quantity: 1 }, 404],
      ['a sku that cannot be one', '%00', { quantity: 1 }, unreadableAddress],
      ['a negative quantity', 'QTY', { quantity: -1 }, 400],
      ['too large a quantity', 'QTY', { quantity: 100 }, 400],
      ['half an item', 'QTY', { quantity: 0.5 }, 400],
      ['no quantity', 'QTY', {}, 400],
    ])('%s is refused', async (_, sku, body, status) => {
      const response = await new Shopper(call).send('PUT', `/api/cart/lines/${sku}`, body);
      expect(response.status).toBe(status);
      await problemOf(response);
    });

    test('a quote adds up and offers the methods with their prices', async () => {
      const shopper = await shopperWith(call, await addProduct('QUOTE', { priceMinor: 2_000 }), 2);
      const quote = await shopper.quote('?shippingMethod=express&country=DE');
      expect(quote).toMatchObject({
        subtotalMinor: 4_000,
        shippingMinor: 3_499,
        taxMinor: 1_425,
        discountMinor: 0,
        totalMinor: 8_924,
      });
      expect(quote.shippingMethods).toContainEqual({
        id: 'express',
        label: expect.any(String),
        priceMinor: 3_499,
      });
      expect(quote.paymentMethods).toEqual([{ id: 'invoice', label: expect.any(String) }]);
      const wrong = await shopper.request('/api/checkout?country=XX');
      expect([wrong.status, (await problemOf(wrong)).fields]).toMatchObject([400, [{ path: 'country' }]]);
    });

    test('an order is visible only to its owner', async () => {
      const shopper = await shopperWith(call, await addProduct('OWNER'), 2);
      const { order } = (await (await shopper.order(await shopper.body())).json()) as {
        order: { id: string; number: string; statusUrl: string };
      };
      const live = await shopper.request(order.statusUrl);
      expect(await live.json()).toMatchObject({
        id: order.id,
        number: order.number,
        status: 'placed',
        version: 1,
        currency: 'USD',
        totalMinor: 2_999,
        lines: [{ sku: 'OWNER', quantity: 2, unitPriceMinor: 1_250 }],
        payments: [{ attempt: 1, status: 'due', amountMinor: 2_999 }],
        placedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      });
      const stranger = new Shopper(call);
      await stranger.cart();
      for (const path of [order.statusUrl, `/api/orders/${randomUUID()}`, '/api/orders/nonsense']) {
        const response = await stranger.request(path);
        expect([response.status, (await problemOf(response)).code]).toEqual([404, 'not_found']);
      }
      const cancel = await stranger.send('POST', `${order.statusUrl}/cancel`, {});
      expect(cancel.status).toBe(404);
      expect(await (await stranger.request('/api/orders')).json()).toEqual({ orders: [], nextCursor: null });
    });

    test('a submission’s state can be read before, during and after it is sent', async () => {
      const shopper = await shopperWith(call, await addProduct('STATE'));
      const body = await shopper.body();
      const state = async () => (await shopper.request(`/api/submissions/${body.submitToken}`)).json();
      expect(await state()).toEqual({ state: 'unknown' });
      const response = await shopper.order(body);
      expect(await state()).toEqual({ state: 'done', orderUrl: response.headers.get('location') });
      await shop.redis.flush();
      expect(await state()).toEqual({ state: 'done', orderUrl: response.headers.get('location') });
      const stranger = new Shopper(call);
      await stranger.cart();
      const other = await stranger.request(`/api/submissions/${body.submitToken}`);
      expect(await other.json()).toEqual({ state: 'unknown' });
    });

    test('an order is cancelled once, and its stock is returned once', async () => {
      const shopper = await shopperWith(call, await addProduct('CANCEL', { available: 5 }), 3);
      const { order } = (await (await shopper.order(await shopper.body())).json()) as {
        order: { statusUrl: string };
      };
      expect(await availableOf('CANCEL')).toBe(2);
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => shopper.send('POST', `${order.statusUrl}/cancel`, {})),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
      expect(answers.filter((answer) => !answer.headers.has('idempotent-replayed'))).toHaveLength(1);
      expect(await answers[0]?.json()).toMatchObject({
        status: 'cancelled',
        version: 2,
        payments: [{ status: 'voided' }],
      });
      expect(await availableOf('CANCEL')).toBe(5);
      const events = await db().orderEvent.findMany({
        where: { order: { lines: { some: { sku: 'CANCEL' } } } },
        orderBy: { version: 'asc' },
      });
      expect(events).toMatchObject([
        { version: 1, fromStatus: null, toStatus: 'placed', actor: 'shopper' },
        {
          version: 2,
          fromStatus: 'placed',
          toStatus: 'cancelled',
          actor: 'shopper',
          reason: expect.any(String),
        },
      ]);
    });

    test('a shopper’s orders are listed newest first, in pages, each order once', async () => {
      const shopper = await shopperWith(call, await addProduct('LIST'));
      await shopper.order(await shopper.body());
      const userId = shopper.cookie.split('=')[1]?.split('.')[0];
      // Forty more with the same timestamp, which a cursor by time alone would skip or repeat.
      await db().$executeRaw`
        WITH carts AS (
          INSERT INTO cart (user_id, id, status, currency)
          SELECT ${userId}::uuid, gen_random_uuid(), 'ordered', 'USD' FROM generate_series(1, 40) RETURNING id)
        INSERT INTO orders (user_id, id, number, cart_id, submit_token, body_hash, lines_hash, status, currency, subtotal_minor,
                            shipping_minor, tax_minor, discount_minor, total_minor, email, shipping_method, shipping_address, placed_at, hold_until)
        SELECT ${userId}::uuid, gen_random_uuid(), 'N', id, gen_random_uuid(), '', '', 'placed', 'USD', 0, 0, 0, 0, 0, '', '', '{}',
               now() - interval '1 day', now() + interval '1 day' FROM carts`;
      const seen: string[] = [];
      let cursor: string | null = '';
      let pages = 0;
      while (cursor !== null) {
        const response = await shopper.request(`/api/orders${cursor && `?cursor=${cursor}`}`);
        const page = (await response.json()) as {
          orders: { id: string; placedAt: string }[];
          nextCursor: string | null;
        };
        seen.push(...page.orders.map(({ id }) => id));
        cursor = page.nextCursor;
        pages += 1;
      }
      expect([pages, seen.length, new Set(seen).size]).toEqual([3, 41, 41]);
      const wrong = await shopper.request('/api/orders?cursor=nonsense');
      expect([wrong.status, (await problemOf(wrong)).fields]).toMatchObject([400, [{ path: 'cursor' }]]);
    });

    test('metrics count the answers', async () => {
      expect((await bareCall('/api/metrics')).status).toBe(401);
      const headers = { authorization: `Bearer ${metricsEnv.METRICS_TOKEN}` };
      const response = await bareCall('/api/metrics', { headers });
      expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=/);
      const text = await response.text();
      expect(text).toMatch(/once_order_answers_total\{outcome="accepted"[^}]*\} \d+/);
      expect(text).toMatch(/once_order_answers_total\{outcome="replayed"[^}]*\} \d+/);
      expect(text).toMatch(/once_order_queue\{state="waiting"[^}]*\} 0/);
    });
  });
}
