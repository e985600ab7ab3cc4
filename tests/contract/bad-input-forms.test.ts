import fc from 'fast-check';
import { expect, test } from 'vitest';
import { POST as updateTotals } from '#app/checkout/totals/route.ts';
import { checkoutDraftCookie, readCheckoutDraft } from '#lib/checkout/checkout-draft.ts';
import { db } from '#lib/platform/database/db.ts';
import { typedLine } from '#lib/platform/text/typed-text.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { address, type OrderBody, type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import {
  hostileBytes,
  hostileHeader,
  hostileText,
  writesNothing,
} from '#tests/support/contract/hostile-input.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/**
 * What browsers send without JavaScript, and hostile variants of it. A form is answered with a redirect: to
 * the page of its one order, which holds what was typed, or to the checkout with everything kept and nothing
 * ordered.
 */
const CRON_SECRET = 'the secret of the clock';
await openTestShop({ env: { CRON_SECRET } });
const call = conforming(callHandlers);
await addProduct('FORM');

type Form = Record<string, string>;

/** The fields of the checkout, as a browser sends them. */
function fieldsOf({ shippingAddress, payment, ...others }: OrderBody): Form {
  const dotted = (prefix: string, members: unknown) =>
    Object.entries(members as object).map(([name, value]) => [`${prefix}.${name}`, value ?? '']);
  const fields = [
    ...Object.entries(others),
    ...dotted('shippingAddress', shippingAddress),
    ...dotted('payment', payment),
  ];
  return Object.fromEntries(fields.map(([name, value]) => [name, String(value)]));
}

async function filledIn(): Promise<{ shopper: Shopper; body: OrderBody; form: Form }> {
  const shopper = await shopperWith(call, 'FORM');
  const body = await shopper.body();
  return { shopper, body, form: fieldsOf(body) };
}

function post(shopper: Shopper, form: Form | [string, string][]): Promise<Response> {
  return shopper.request('/api/orders', { method: 'POST', body: new URLSearchParams(form) });
}

/** Text as a form transmits it: half a surrogate pair becomes U+FFFD. */
const sentAs = (text: string) => text.toWellFormed();

const ordersOf = (shopper: Shopper) => db().order.findMany({ where: { userId: shopper.userId } });

/** Where the answer redirects, and what the browser stores. */
function readPage(response: Response, shopper?: Shopper) {
  expect(response.status).toBe(303);
  const location = response.headers.get('location') ?? '';
  const cookies = response.headers.getSetCookie();
  expect(cookies).toHaveLength(1);
  const [cookie = ''] = cookies;
  expect(cookie.length).toBeLessThan(4_096);
  expect(cookie).toMatch(
    /^once_checkout_draft=[\w-]*; Path=\/checkout; Max-Age=\d+; HttpOnly; SameSite=Lax$/,
  );
  const value = cookie.slice(checkoutDraftCookie.length + 1).split(';')[0];
  return { location, draft: readCheckoutDraft(shopper?.userId, value) };
}

/** Expects a redirect to the checkout with a problem that the contract has for an order. */
function expectRefused(response: Response, shopper: Shopper) {
  const { location, draft } = readPage(response, shopper);
  expect(location).toBe('/checkout');
  expect(draft?.problem?.code).toMatch(/^(invalid_request|payload_too_large|cart_changed|token_invalid)$/);
  return draft;
}

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

const typedFields = ['email', 'name', 'line1', 'line2', 'city', 'region', 'postalCode'] as const;

/** The fields of an order that the shopper typed. */
function typedOf({ email, shippingAddress }: { email: string; shippingAddress: unknown }) {
  return { email, ...(shippingAddress as object) };
}

test('any text in a typed field makes one order with that text, or none', async () => {
  let made = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...typedFields),
      hostileText,
      fc.boolean(),
      async (field, text, byForm) => {
        const { shopper, body, form } = await filledIn();
        const send = () => {
          if (byForm) return post(shopper, { ...form, [formName(field)]: text });
          const change =
            field === 'email' ? { email: text } : { shippingAddress: { ...address, [field]: text } };
          return shopper.order({ ...body, ...change });
        };
        const response = await send();
        const orders = await ordersOf(shopper);
        if (orders.length === 0) {
          if (byForm) expectRefused(response, shopper);
          else expect([400, 413]).toContain(response.status);
          return;
        }
        made += 1;
        expect(orders).toHaveLength(1);
        expectAccepted(response, `/orders/${orders[0]?.id}`, byForm);
        const stored = (byForm ? sentAs(text) : text).trim();
        // An empty optional field is stored as null.
        expect(orders.map(typedOf)).toEqual([
          { email: 'ada@example.com', ...address, [field]: stored === '' ? null : stored },
        ]);
        const again = await writesNothing(send);
        expect(again.headers.get('location')).toBe(response.headers.get('location'));
        const shown = await shopper.request(`/api/orders/${orders[0]?.id}`);
        expect([typedOf((await shown.json()) as never)]).toEqual(orders.map(typedOf));
      },
    ),
    { numRuns: 30 },
  );
  // Otherwise this test has seen refusals only.
  expect(made).toBeGreaterThan(0);
});

const formName = (field: string) => (field === 'email' ? field : `shippingAddress.${field}`);

function expectAccepted(response: Response, url: string, byForm: boolean): void {
  if (byForm) expect(readPage(response)).toEqual({ location: url, draft: undefined });
  else expect([response.status, response.headers.get('location')]).toEqual([201, url]);
}

test('printable text that fits is accepted in any script', async () => {
  const printed = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 10 })
    .filter((text) => typedLine(20).safeParse(text).success && text.trim() !== '');
  // Postal codes have a format per country.
  const fields = ['name', 'line1', 'line2', 'city', 'region'] as const;
  const addresses = fc.record(Object.fromEntries(fields.map((field) => [field, printed])));
  await fc.assert(
    fc.asyncProperty(addresses, async (typed) => {
      const { shopper, body } = await filledIn();
      const response = await post(shopper, fieldsOf({ ...body, shippingAddress: { ...address, ...typed } }));
      const orders = await ordersOf(shopper);
      expect(orders).toHaveLength(1);
      expectAccepted(response, `/orders/${orders[0]?.id}`, true);
      const trimmed = Object.fromEntries(Object.entries(typed).map(([field, text]) => [field, text.trim()]));
      expect(orders[0]?.shippingAddress).toEqual({ ...address, ...trimmed });
    }),
    { numRuns: 15 },
  );
});

test('unknown fields do not change the order', async () => {
  const names = fc.oneof(
    hostileText,
    fc.constantFrom(
      '__proto__',
      'constructor.prototype.admin',
      'shippingAddress',
      'shippingAddress.',
      'shippingAddress.__proto__',
      'shippingAddress.__proto__.country',
      'shippingAddress[country]',
      'shippingAddress.country.',
      'payment',
      'payment.token',
      'payment.__proto__',
      'payment.amountMinor',
      'id',
      'userId',
      'user_id',
      'status',
      'number',
      'totalMinor[]',
      'discountMinor',
      'lines',
      'placedAt',
    ),
  );
  const extras = fc.array(fc.tuple(names, hostileText), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(extras, async (others) => {
      const { shopper, body, form } = await filledIn();
      const added = others
        .filter(([name]) => !Object.hasOwn(form, name))
        .map(([name, value]): [string, string] => [name, value.slice(0, 400)]);
      const response = await post(shopper, [...added, ...Object.entries(form)]);
      const orders = await ordersOf(shopper);
      expect(orders).toHaveLength(1);
      expectAccepted(response, `/orders/${orders[0]?.id}`, true);
      const { totalMinor, cartId, submitToken } = body;
      expect(orders[0]).toMatchObject({
        totalMinor,
        cartId,
        submitToken,
        status: 'placed',
        discountMinor: 0,
      });
      expect(orders.map(typedOf)).toEqual([{ email: 'ada@example.com', ...address }]);
    }),
    { numRuns: 25 },
  );
});

test('if a field is sent twice, the last one counts', async () => {
  const { shopper, form } = await filledIn();
  const entries = Object.entries(form);
  const response = await post(shopper, [
    ...entries.map(([name]): [string, string] => [name, '0']),
    ...entries,
  ]);
  const orders = await ordersOf(shopper);
  expect(orders.map(typedOf)).toEqual([{ email: 'ada@example.com', ...address }]);
  expectAccepted(response, `/orders/${orders[0]?.id}`, true);
});

test('every order of these tests is confirmed to its owner by email, whatever their name', async () => {
  const headers = { authorization: `Bearer ${CRON_SECRET}` };
  const response = await call('/api/cron/jobs', { headers });
  expect(await response.json()).toMatchObject({ failed: 0, failedForGood: 0, outOfTime: false });
  const mails = await db().mail.findMany();
  expect(mails).toHaveLength(await db().order.count());
  for (const { recipient, subject } of mails) expect(`${recipient} ${subject}`).not.toMatch(/\p{Cc}/u);
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
