import fc from 'fast-check';
import { expect, test } from 'vitest';
import { POST as updateTotals } from '#app/(checkout)/checkout/totals/route.ts';
import {
  hostileBytes,
  hostileHeader,
  hostileText,
  writesNothing,
} from '#tests/support/contract/hostile-input.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';
import { expectRefused, filledIn, post, readPage } from './order-forms.ts';

/**
 * What browsers send without JavaScript, and hostile variants of it. A form is answered with a redirect: to
 * the page of its one order, which holds what was typed, or to the checkout with everything kept and nothing
 * ordered.
 */

await openTestShop();
await addProduct('FORM');

const standing = await filledIn();

test('any value in a field that shoppers don’t type orders nothing and keeps what was typed', async () => {
  const { shopper, form } = standing;
  const names = [
    'submitToken',
    'cartId',
    'cartVersion',
    'totalMinor',
    'currency',
    'shippingMethod',
    'shippingAddress.country',
    'payment.method',
  ];
  const kept = { email: form.email, 'shippingAddress.name': form['shippingAddress.name'] };
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), hostileText, async (name, text) => {
      // Leading zeros do not change a number.
      fc.pre(text.replace(/^0+(?=\d)/, '') !== form[name]);
      const response = await writesNothing(() => post(shopper, { ...form, [name]: text }));
      expect(expectRefused(response, shopper)?.values).toMatchObject(kept);
    }),
    { numRuns: 80 },
  );
});

test('a missing field orders nothing', async () => {
  const { shopper, form } = standing;
  // A browser sends an empty State. A program that omits the field is read as sending none.
  const optional = ['shippingAddress.line2', 'shippingAddress.region'];
  for (const name of Object.keys(form).filter((field) => !optional.includes(field))) {
    const { [name]: _, ...others } = form;
    expectRefused(await writesNothing(() => post(shopper, others)), shopper);
  }
});

test('any bytes in place of a form order nothing', async () => {
  const { shopper, form } = standing;
  const whole = new URLSearchParams(form).toString();
  const bodies = fc.oneof(
    hostileBytes,
    fc
      .tuple(
        fc.nat(whole.length),
        fc.constantFrom('%', '%f', '%ff', '%00', '&', '&&=&', '=', ';', '\r\n\r\n', '\xff'),
      )
      .map(([at, odd]) => Buffer.from(whole.slice(0, at) + odd, 'latin1')),
    fc.constantFrom(
      '&'.repeat(16_000),
      'a=&'.repeat(5_000),
      `${whole}&email=${'x'.repeat(16_384)}`,
      whole.slice(0, -9),
    ),
  );
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => {
      // A cut after the last field removes nothing.
      fc.pre(!String(body).startsWith(whole) || body.length > 16_384);
      const response = await writesNothing(() =>
        shopper.request('/api/orders', {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body,
        }),
      );
      expectRefused(response, shopper);
    }),
    { numRuns: 60 },
  );
});

test('a multipart form, as forms with files are, is refused for its type', async () => {
  const { shopper, form } = standing;
  const fields = fc.dictionary(hostileText, hostileText, { maxKeys: 3 });
  await writesNothing(() =>
    fc.assert(
      fc.asyncProperty(fields, fc.boolean(), async (others, hasFile) => {
        const body = new FormData();
        for (const [name, value] of Object.entries({ ...form, ...others })) body.append(name, value);
        if (hasFile) body.append('email', new Blob(['ada@example.com']), '../../email');
        const response = await shopper.request('/api/orders', { method: 'POST', body });
        expect([response.status, await response.json()]).toMatchObject([
          415,
          { code: 'unsupported_media_type' },
        ]);
      }),
      { numRuns: 60 },
    ),
  );
});

/** “Update totals”: not a call of the contract, but a handler that accepts a form from any client. */
function askForTotals(body: BodyInit, headers: HeadersInit = {}): Promise<Response> {
  return updateTotals(new Request('http://shop.test/checkout/totals', { method: 'POST', body, headers }), {});
}

test('a request for totals with any content returns to the checkout, and keeps what was typed', async () => {
  const { form } = standing;
  const names = fc.oneof(fc.constantFrom(...Object.keys(form)), hostileText);
  const changes = fc.dictionary(names, hostileText, { maxKeys: 4 });
  await writesNothing(() =>
    fc.assert(
      fc.asyncProperty(changes, async (change) => {
        const sent = new URLSearchParams({ ...form, ...change });
        fc.pre(sent.toString().length <= 16_384);
        const typed = Object.fromEntries(sent);
        const { location, draft } = readPage(await askForTotals(sent));
        expect(location).toMatch(/^\/checkout\?shippingMethod=(standard|express)&country=[A-Z]{2}$/);
        expect(draft?.problem).toBeUndefined();
        expect(typed).toMatchObject(draft?.values ?? {});
        // One text may be too long for a cookie. The others are kept then.
        const isShort = Object.values(typed).every((text) => text.length < 400);
        if (isShort) expect(draft?.values).toHaveProperty('email', typed.email);
      }),
      { numRuns: 150 },
    ),
  );
});

test('a request for totals with any bytes, or from any site, reveals no shopper’s data', async () => {
  const asked = fc.oneof(
    fc.tuple(
      fc.constantFrom('text/plain', 'application/json', 'multipart/form-data; boundary=x'),
      hostileBytes,
    ),
    fc.tuple(fc.constant('application/x-www-form-urlencoded'), hostileBytes),
  );
  const origins = fc.option(hostileHeader, { nil: undefined });
  await writesNothing(() =>
    fc.assert(
      fc.asyncProperty(asked, origins, async ([type, body], origin) => {
        const headers: Record<string, string> = {
          'content-type': type,
          ...(origin !== undefined && { origin }),
        };
        const response = await askForTotals(body, headers);
        expect([303, 400, 403, 415]).toContain(response.status);
        if (origin !== undefined) expect(response.status).toBe(403);
        if (response.status === 303) expect(readPage(response).location).toMatch(/^\/checkout\?/);
        else expect(response.headers.getSetCookie()).toEqual([]);
      }),
      { numRuns: 100 },
    ),
  );
});
