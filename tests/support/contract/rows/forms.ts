import { describe, expect, test } from 'vitest';
import type { Call } from '#proof/harness/shopper/call.ts';
import { address, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { addProduct, soldOf } from '#tests/support/shop/shop.ts';

/** `POST /api/orders` by a form of a page. */
export function describeForms({ call }: { call: Call }): void {
  describe('a form post', () => {
    test('redirects to the order page, and a second post redirects to the same page', async () => {
      const shopper = await shopperWith(call, await addProduct('FORM'));
      const body = await shopper.body();
      const [first, second] = [await shopper.orderByForm(body), await shopper.orderByForm(body)];
      expect(first.status).toBe(303);
      expect(first.headers.get('location')).toMatch(/^\/orders\/[0-9a-f-]{36}$/);
      expect(second.headers.get('location')).toBe(first.headers.get('location'));
      expect((await soldOf('FORM')).orders).toBe(1);
    });

    test('and a JSON post of the same submission make one order', async () => {
      const shopper = await shopperWith(call, await addProduct('BOTH'));
      const body = await shopper.body();
      const form = await shopper.orderByForm(body);
      const json = await shopper.order(body);
      expect(json.status).toBe(201);
      expect(json.headers.get('idempotent-replayed')).toBe('true');
      expect(json.headers.get('location')).toBe(form.headers.get('location'));
    });

    test('that is refused redirects to the checkout with the problem and everything that was typed', async () => {
      const { checkoutDraftCookie, readCheckoutDraft } = await import('#lib/checkout/checkout-draft.ts');
      const shopper = await shopperWith(call, await addProduct('TYPED', { available: 0 }));
      const body = await shopper.body({ email: 'ada@example.com' });
      const draftOf = (response: Response) => {
        expect([response.status, response.headers.get('location')]).toEqual([303, '/checkout']);
        const cookie = response.headers.getSetCookie().find((value) => value.startsWith(checkoutDraftCookie));
        return readCheckoutDraft(
          shopper.userId,
          cookie?.split(';')[0]?.slice(checkoutDraftCookie.length + 1),
        );
      };
      const short = draftOf(await shopper.orderByForm(body));
      expect(short?.problem).toMatchObject({
        code: 'out_of_stock',
        items: [{ sku: 'TYPED', requested: 1, available: 0 }],
      });
      expect(short?.values).toMatchObject({
        email: 'ada@example.com',
        shippingMethod: 'standard',
        'payment.method': 'invoice',
        'shippingAddress.line1': address.line1,
      });
      expect(short?.values).not.toHaveProperty('submitToken');
      const wrong = draftOf(await shopper.orderByForm({ ...body, email: 'not an address' }));
      expect(wrong?.problem?.fields?.map(({ path }) => path)).toEqual(['email']);
      expect(wrong?.values.email).toBe('not an address');
    });
  });
}
