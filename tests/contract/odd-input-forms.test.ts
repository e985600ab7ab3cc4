import fc from 'fast-check';
import { expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { typedLine } from '#lib/platform/text/typed-text.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { address } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { hostileText, writesNothing } from '#tests/support/contract/hostile-input.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';
import { expectRefused, fieldsOf, filledIn, ordersOf, post, readPage } from './order-forms.ts';

/** Odd but allowed input of a form makes one order, stored as it was sent. */

const CRON_SECRET = 'the secret of the clock';
await openTestShop({ env: { CRON_SECRET } });
const call = conforming(callHandlers);
await addProduct('FORM');

/** Text as a form transmits it: half a surrogate pair becomes U+FFFD. */
const sentAs = (text: string) => text.toWellFormed();

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
