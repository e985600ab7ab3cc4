import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import type { Call } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { addProduct, soldOf } from '#tests/support/shop/shop.ts';
import type { TestShop } from '#tests/support/shop/test-shop.ts';
import { problemOf } from './problem-of.ts';

/** The rows of `POST /api/orders` about orders that are placed, and their duplicates. */
export function describeAcceptedOrders({ shop, call }: { shop: TestShop; call: Call }): void {
  describe('POST /api/orders', () => {
    test('an accepted order is answered with only those fields that never change', async () => {
      const sku = await addProduct('ACCEPT', { priceMinor: 4_100 });
      const shopper = await shopperWith(call, sku);
      const body = await shopper.body();
      const response = await shopper.order(body);
      expect(response.status).toBe(201);
      const { outcome, order } = (await response.json()) as {
        outcome: string;
        order: Record<string, unknown>;
      };
      expect(outcome).toBe('accepted');
      expect(Object.keys(order).sort()).toEqual([
        'currency',
        'id',
        'number',
        'statusUrl',
        'totalMinor',
        'url',
      ]);
      expect(order).toMatchObject({ totalMinor: 4_599, currency: 'USD', url: `/orders/${order.id}` });
      expect(response.headers.get('location')).toBe(`/orders/${order.id}`);
      expect(response.headers.get('idempotent-replayed')).toBeNull();
      expect(response.headers.get('x-request-id')).toBeTruthy();
      expect(response.headers.get('cache-control')).toBe('no-store');
    });

    test('the same submission again gets the same status and bytes, marked as a replay', async () => {
      const shopper = await shopperWith(call, await addProduct('REPLAY'));
      const body = await shopper.body();
      const first = await shopper.order(body);
      const bytes = await first.text();
      for (const flush of [false, true]) {
        // Once with the answer in Redis, and once from the database alone, as if years had passed.
        if (flush) await shop.redis.flush();
        const again = await shopper.order(body);
        expect(again.status).toBe(201);
        expect(await again.text()).toBe(bytes);
        expect(again.headers.get('location')).toBe(first.headers.get('location'));
        expect(again.headers.get('idempotent-replayed')).toBe('true');
      }
      expect(await soldOf('REPLAY')).toEqual({ orders: 1, quantity: 1 });
    });

    test('a replay is answered although its token’s secret was retired and the catalogue has changed', async () => {
      const shopper = await shopperWith(call, await addProduct('ROTATED'));
      const body = await shopper.body();
      const bytes = await (await shopper.order(body)).text();
      // A token of a retired secret no longer matches any checkout.
      const retired = randomUUID().replace(/^(.{14})./, '$18');
      await db()
        .$executeRaw`UPDATE orders SET submit_token = ${retired}::uuid WHERE submit_token = ${body.submitToken}::uuid`;
      await db().$executeRaw`UPDATE variant SET price_minor = 99999 WHERE sku = 'ROTATED'`;
      const again = await shopper.order({ ...body, submitToken: retired });
      expect([again.status, await again.text()]).toEqual([201, bytes]);
    });

    test('another token of an ordered cart gets that order', async () => {
      const shopper = await shopperWith(call, await addProduct('SECONDTAB'));
      const body = await shopper.body();
      const otherTab = await shopper.body({ shippingMethod: 'express' });
      expect(otherTab.submitToken).not.toBe(body.submitToken);
      const { order } = (await (await shopper.order(body)).json()) as { order: unknown };
      const second = await shopper.order(otherTab);
      expect(second.status).toBe(200);
      expect(await second.json()).toEqual({ outcome: 'already_ordered', order });
      expect(await soldOf('SECONDTAB')).toEqual({ orders: 1, quantity: 1 });
    });

    test('the same purchase from another cart needs a confirmation, and then makes a second order', async () => {
      const shopper = await shopperWith(call, await addProduct('TWIN'));
      const first = (await (await shopper.order(await shopper.body())).json()) as { order: { url: string } };
      await shopper.put('TWIN', 1);
      const body = await shopper.body();
      const asked = await shopper.order(body);
      expect(asked.status).toBe(409);
      expect(await problemOf(asked)).toMatchObject({
        code: 'possible_duplicate',
        order: { url: first.order.url },
      });
      expect((await soldOf('TWIN')).orders).toBe(1);
      const confirmed = await shopper.order({ ...body, confirmDuplicate: true });
      expect(confirmed.status).toBe(201);
      expect(confirmed.headers.get('idempotent-replayed')).toBeNull();
      expect((await soldOf('TWIN')).orders).toBe(2);
    });

    test('a submission that another process is working on gets in_progress after two seconds', async () => {
      const shopper = await shopperWith(call, await addProduct('BUSY'));
      const body = await shopper.body();
      const userId = shopper.cookie.split('=')[1]?.split('.')[0];
      await shop.redis.command(
        'SET',
        `once:{${userId}}:submission:${body.submitToken}`,
        'pother-process',
        'PX',
        '60000',
      );
      const began = performance.now();
      const response = await shopper.order(body);
      expect(performance.now() - began).toBeGreaterThan(1_900);
      expect(response.status).toBe(409);
      expect(await problemOf(response)).toMatchObject({ code: 'in_progress', retryable: true });
      expect(response.headers.get('retry-after')).toBe('1');
      expect(response.headers.get('location')).toBe(`/api/submissions/${body.submitToken}`);
      const state = await shopper.request(`/api/submissions/${body.submitToken}`);
      expect(await state.json()).toEqual({ state: 'in_progress' });
      // The other process died. When its lease expires, the order can be placed.
      await shop.redis.flush();
      expect((await shopper.order(body)).status).toBe(201);
    });

    test('a claim whose owner died after its commit does not hide the order', async () => {
      const shopper = await shopperWith(call, await addProduct('DIED'));
      const body = await shopper.body();
      const bytes = await (await shopper.order(body)).text();
      const userId = shopper.cookie.split('=')[1]?.split('.')[0];
      await shop.redis.command(
        'SET',
        `once:{${userId}}:submission:${body.submitToken}`,
        'pdead',
        'PX',
        '60000',
      );
      const again = await shopper.order(body);
      expect([again.status, await again.text()]).toEqual([201, bytes]);
    });
  });
}
