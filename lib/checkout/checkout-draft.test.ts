import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import {
  type CheckoutDraft,
  checkoutDraftCookie,
  forgetDraftHeader,
  keepDraftHeader,
  maxCookieBytes,
  readCheckoutDraft,
} from '#lib/checkout/checkout-draft.ts';
import { shopperOfForm } from '#lib/platform/session/session.ts';

beforeAll(() => {
  vi.stubEnv('DATABASE_URL', 'postgresql://127.0.0.1/none');
  vi.stubEnv('ONCE_SECRET', 'a-secret-of-at-least-32-characters');
  vi.stubEnv('PUBLIC_URL', 'https://shop.test');
});

const cookieValueOf = (header: string) => header.split(';')[0]?.slice(checkoutDraftCookie.length + 1) ?? '';
const shopper = '8d8ac610-566d-4ef0-9c22-186b2a5ed793';
const read = (header: string) => readCheckoutDraft(shopper, cookieValueOf(header));

/** Text that does not compress. */
const noise = (bytes: number) => randomBytes(bytes).toString('base64url');

const typed = {
  email: 'ada@example.com',
  shippingMethod: 'express',
  'payment.method': 'invoice',
  'shippingAddress.city': 'London',
  'shippingAddress.country': 'GB',
};

const refused: NonNullable<CheckoutDraft['problem']> = {
  code: 'invalid_request',
  detail: 'email: enter it.',
};

test('the draft restores the typed values and the problem, and no values that the page creates itself', () => {
  const made = { submitToken: 'x', 'shippingAddress.other': 'y', emailed: 'z', 'my.email': 'z' };
  const draft = read(keepDraftHeader(shopper, refused, { ...typed, ...made }));
  expect(draft).toMatchObject({ problem: refused, values: typed });
  expect(Object.keys(draft?.values ?? {}).toSorted()).toEqual(Object.keys(typed).toSorted());
});

test('when the typed values are too long, only the largest are dropped', () => {
  const header = keepDraftHeader(shopper, refused, {
    ...typed,
    'shippingAddress.line1': noise(2_000),
    'shippingAddress.line2': noise(6_000),
  });
  const draft = read(header);
  expect(draft?.problem).toEqual(refused);
  expect(draft?.values).toMatchObject(typed);
  expect(draft?.values['shippingAddress.line1']).toBeDefined();
  expect(draft?.values).not.toHaveProperty(['shippingAddress.line2']);
});

test('a detail that fits is kept whole, and a longer one is cut', () => {
  const detailOf = (detail: string) =>
    read(keepDraftHeader(shopper, { code: 'invalid_request', detail }, { email: noise(4_000) }))?.problem
      ?.detail;
  const long = 'Not enough of it is left. '.repeat(100);
  expect(detailOf(long)).toBe(long);
  const tooLong = noise(4_000);
  expect(detailOf(tooLong)).toBe(`${tooLong.slice(0, 400)}…`);
});

test('the draft restores the error of each field and its time', () => {
  vi.useFakeTimers({ now: 1_234_567 });
  const fields = [{ path: 'email', message: 'enter an address' }];
  expect(read(keepDraftHeader(shopper, { ...refused, fields }, {}))).toEqual({
    problem: { ...refused, fields },
    values: {},
    keptAtMs: 1_234_567,
  });
  vi.useRealTimers();
});

test('a problem with too many shortages keeps its code and the first shortages', () => {
  const items = Array.from({ length: 200 }, () => ({ sku: noise(40), requested: 2, available: 1 }));
  const draft = read(keepDraftHeader(shopper, { code: 'out_of_stock', detail: 'Not enough.', items }, typed));
  expect(draft?.problem).toMatchObject({ code: 'out_of_stock', detail: 'Not enough.' });
  const kept = draft?.problem?.items ?? [];
  expect(kept.length).toBeGreaterThan(10);
  expect(kept).toEqual(items.slice(0, kept.length));
});

test('the cookie never exceeds the size that browsers accept, and always keeps the problem code', () => {
  const fields = Array.from({ length: 40 }, () => ({ path: noise(30), message: noise(200) }));
  const items = Array.from({ length: 100 }, () => ({ sku: noise(40), requested: 2, available: 1 }));
  const wide = Array.from({ length: 6_000 }, () =>
    String.fromCodePoint(0x4e00 + ((Math.random() * 20_000) | 0)),
  );
  for (const detail of ['short', noise(10_000), wide.join('')]) {
    const header = keepDraftHeader(
      shopper,
      { code: 'out_of_stock', detail, fields, items },
      { email: noise(5_000) },
    );
    expect(cookieValueOf(header).length).toBeLessThanOrEqual(maxCookieBytes);
    expect(Buffer.byteLength(header)).toBeLessThanOrEqual(4_096);
    expect(read(header)?.problem?.code).toBe('out_of_stock');
  }
});

// What broke, found by an attack: another host of the domain set this cookie. The checkout showed the
// attacker's sentence as its own and prefilled the attacker's address.
test('a draft that the shop has not signed for this shopper is ignored', () => {
  const planted = { problem: { ...refused, detail: 'Pay elsewhere.' }, values: typed, keptAtMs: 1 };
  const packed = deflateRawSync(JSON.stringify(planted)).toString('base64url');
  const own = cookieValueOf(keepDraftHeader(shopper, refused, typed));
  for (const value of [packed, own.slice(0, 43) + packed, `${'A'.repeat(43)}${packed}`]) {
    expect(readCheckoutDraft(shopper, value)).toBeUndefined();
  }
  expect(readCheckoutDraft('0b2f7a52-35c1-4d0c-9a3c-1f0e6a7b8c9d', own)).toBeUndefined();
  expect(readCheckoutDraft(undefined, own)).toBeUndefined();
  const anonymous = cookieValueOf(keepDraftHeader(undefined, refused, typed));
  expect(readCheckoutDraft(undefined, anonymous)?.problem).toEqual(refused);
  expect(readCheckoutDraft(shopper, anonymous)).toBeUndefined();
});

test('a draft stays readable during a rotation of the secret', async () => {
  const own = cookieValueOf(keepDraftHeader(shopper, refused, typed));
  onTestFinished(() => {
    vi.stubEnv('ONCE_SECRET', 'a-secret-of-at-least-32-characters');
    vi.stubEnv('ONCE_SECRETS_OLD', '');
  });
  vi.stubEnv('ONCE_SECRET', 'another-secret-of-32-characters-or-more');
  vi.stubEnv('ONCE_SECRETS_OLD', 'a-secret-of-at-least-32-characters');
  vi.resetModules();
  const next = await import('#lib/checkout/checkout-draft.ts');
  expect(next.readCheckoutDraft(shopper, own)?.problem).toEqual(refused);
});

test('a truncated or forged cookie is ignored without an error', () => {
  const whole = cookieValueOf(keepDraftHeader(shopper, refused, typed));
  for (const value of [undefined, '', 'x', whole.slice(0, -9), whole.slice(0, 43), whole.slice(1)]) {
    expect(readCheckoutDraft(shopper, value)).toBeUndefined();
  }
});

test('a draft in the format of another release is ignored without an error', () => {
  const header = keepDraftHeader(shopper, { ...refused, code: 'a_code_to_come' as never }, typed);
  expect(read(header)).toBeUndefined();
});

test('when PUBLIC_URL is https, the cookies of sessions, carts and drafts are Secure', async () => {
  const attributes = 'Path=/checkout; Max-Age=900; HttpOnly; SameSite=Lax';
  const forgotten = 'once_checkout_draft=; Path=/checkout; Max-Age=0; HttpOnly; SameSite=Lax';
  const { cookies } = await shopperOfForm(new Request('https://shop.test/cart/add'));
  expect(
    cookies.map((cookie) =>
      /^([\w-]+)=[^;]+; Path=\/; Max-Age=\d+; (HttpOnly; )?SameSite=Lax; Secure$/.exec(cookie)?.slice(1),
    ),
  ).toEqual([
    ['__Host-once_session', 'HttpOnly; '],
    ['once_cart', undefined],
  ]);
  expect(keepDraftHeader(shopper, undefined, typed)).toMatch(
    new RegExp(`^once_checkout_draft=[\\w-]+; ${attributes}; Secure$`),
  );
  expect(forgetDraftHeader()).toBe(`${forgotten}; Secure`);
  vi.stubEnv('PUBLIC_URL', 'http://shop.test');
  vi.resetModules();
  const plain = await import('#lib/checkout/checkout-draft.ts');
  expect(plain.keepDraftHeader(shopper, undefined, typed)).toMatch(new RegExp(`; ${attributes}$`));
  expect(plain.forgetDraftHeader()).toBe(forgotten);
});
