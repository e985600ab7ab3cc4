import { expect } from 'vitest';
import { checkoutDraftCookie, readCheckoutDraft } from '#lib/checkout/checkout-draft.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type OrderBody, type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';

/** The form of a checkout that holds the product FORM, and what its answers may be. */

const call = conforming(callHandlers);

type Form = Record<string, string>;

/** The fields of the checkout, as a browser sends them. */
export function fieldsOf({ shippingAddress, payment, ...others }: OrderBody): Form {
  const dotted = (prefix: string, members: unknown) =>
    Object.entries(members as object).map(([name, value]) => [`${prefix}.${name}`, value ?? '']);
  const fields = [
    ...Object.entries(others),
    ...dotted('shippingAddress', shippingAddress),
    ...dotted('payment', payment),
  ];
  return Object.fromEntries(fields.map(([name, value]) => [name, String(value)]));
}

export async function filledIn(): Promise<{ shopper: Shopper; body: OrderBody; form: Form }> {
  const shopper = await shopperWith(call, 'FORM');
  const body = await shopper.body();
  return { shopper, body, form: fieldsOf(body) };
}

export function post(shopper: Shopper, form: Form | [string, string][]): Promise<Response> {
  return shopper.request('/api/orders', { method: 'POST', body: new URLSearchParams(form) });
}

export const ordersOf = (shopper: Shopper) => db().order.findMany({ where: { userId: shopper.userId } });

/** Where the answer redirects, and what the browser stores. */
export function readPage(response: Response, shopper?: Shopper) {
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
export function expectRefused(response: Response, shopper: Shopper) {
  const { location, draft } = readPage(response, shopper);
  expect(location).toBe('/checkout');
  expect(draft?.problem?.code).toMatch(/^(invalid_request|payload_too_large|cart_changed|token_invalid)$/);
  return draft;
}
