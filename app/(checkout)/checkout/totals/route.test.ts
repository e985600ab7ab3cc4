import { beforeAll, expect, test, vi } from 'vitest';
import { POST } from '#app/(checkout)/checkout/totals/route.ts';
import { checkoutDraftCookie, readCheckoutDraft } from '#lib/checkout/checkout-draft.ts';
import { firstRules } from '#lib/pricing/rules-samples.ts';

vi.mock('#lib/pricing/current-rules.ts', () => ({ currentRules: async () => firstRules }));

beforeAll(() => {
  vi.stubEnv('DATABASE_URL', 'postgresql://127.0.0.1/none');
  vi.stubEnv('ONCE_SECRET', 'a-secret-of-at-least-32-characters');
  vi.stubEnv('PUBLIC_URL', 'https://shop.test');
});

const typed = {
  submitToken: '8d8ac610-566d-8ef0-9c22-186b2a5ed793',
  email: 'ada@example.com',
  shippingMethod: 'express',
  'shippingAddress.name': 'Ada Lovelace',
  'shippingAddress.country': 'DE',
};

function post(body: BodyInit, headers: Record<string, string> = {}): Promise<Response> {
  const own = { origin: 'https://shop.test', ...headers };
  return POST(new Request('https://shop.test/checkout/totals', { method: 'POST', body, headers: own }), {});
}

test('the choice goes into the address, the typed text into a cookie, and the token into neither', async () => {
  const answer = await post(new URLSearchParams(typed));
  expect([answer.status, answer.headers.get('location')]).toEqual([
    303,
    '/checkout?shippingMethod=express&country=DE',
  ]);
  const [cookie = ''] = answer.headers.getSetCookie();
  expect(cookie).toMatch(/; Path=\/checkout; .*HttpOnly/);
  const draft = readCheckoutDraft(undefined, cookie.split(';')[0]?.slice(checkoutDraftCookie.length + 1));
  const { submitToken: _, ...kept } = typed;
  expect(draft?.values).toEqual(kept);
  expect(draft?.problem).toBeUndefined();
});

test('an unknown choice does not appear in the address', async () => {
  const answer = await post(new URLSearchParams({ shippingMethod: 'x&y', 'shippingAddress.country': '//z' }));
  expect(answer.headers.get('location')).toBe('/checkout?shippingMethod=standard&country=US');
});

test.each([
  ['a form of another site', 403, new URLSearchParams(typed), { origin: 'https://elsewhere.test' }],
  ['a body that is not a form', 415, JSON.stringify(typed), { 'content-type': 'application/json' }],
  ['a form larger than any checkout', 413, new URLSearchParams({ email: 'a'.repeat(20_000) }), {}],
] as const)('%s is refused and leaves no cookie', async (_, status, body, headers) => {
  const answer = await post(body, headers);
  expect(answer.status).toBe(status);
  expect(answer.headers.getSetCookie()).toEqual([]);
});
