import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  askSubmission,
  readReply,
  sendSubmission,
} from '#components/checkout/submission/submission-client.ts';

afterEach(() => vi.unstubAllGlobals());

function answerWith(response: Response | Error) {
  const fetched = vi.fn(async (_url: string, _init: RequestInit) => {
    if (response instanceof Error) throw response;
    return response;
  });
  vi.stubGlobal('fetch', fetched);
  return fetched;
}

const order = { id: 'o', url: '/orders/o' };

describe('a reply to an order', () => {
  test.each([
    ['an accepted order', { status: 201, body: { outcome: 'accepted', order } }, 'placed'],
    ['a cart ordered before', { status: 200, body: { outcome: 'already_ordered', order } }, 'placed'],
    ['a declined card', { status: 402, body: { code: 'payment_declined', order } }, 'placed'],
    ['a success that names no order', { status: 201, body: {} }, 'lost'],
    [
      'an order page on another site',
      { status: 201, body: { order: { url: '//elsewhere.example' } } },
      'lost',
    ],
    ['one in progress', { status: 409, body: { code: 'in_progress' } }, 'working'],
    ['a changed cart', { status: 409, body: { code: 'cart_changed' } }, 'refused'],
    ['a field that is not valid', { status: 400, body: { code: 'invalid_request' } }, 'refused'],
    ['no session', { status: 401, body: { code: 'session_required' } }, 'refused'],
    ['a token that the shop did not issue', { status: 422, body: { code: 'token_invalid' } }, 'refused'],
    ['a key used before', { status: 422, body: { code: 'key_reused' } }, 'key_reused'],
    ['a rate limit, even from a proxy', { status: 429, body: {} }, 'busy'],
    ['an overloaded shop', { status: 503, body: { code: 'overloaded' } }, 'busy'],
    ['an internal error', { status: 500, body: { code: 'internal' } }, 'lost'],
    ['a proxy that gave up waiting', { status: 504, body: {} }, 'lost'],
    ['a redirect', { status: 0, body: {} }, 'lost'],
  ])('%s', (_name, answer, kind) => {
    expect(readReply(answer).kind).toBe(kind);
  });

  test('from a shop without its database may hide an order, from an overloaded shop it cannot', () => {
    expect(readReply({ status: 503, body: { code: 'unavailable' } })).toMatchObject({ definite: false });
    expect(readReply({ status: 503, body: {} })).toMatchObject({ definite: false });
    expect(readReply({ status: 503, body: { code: 'overloaded' } })).toMatchObject({ definite: true });
  });

  test('that never arrived is lost', async () => {
    answerWith(new TypeError('Failed to fetch'));
    expect(await sendSubmission({ submitToken: 't' })).toEqual({ kind: 'lost' });
  });
});

test('an order request has its token as the idempotency key, and outlives the page', async () => {
  const fetched = answerWith(Response.json({ outcome: 'accepted', order }, { status: 201 }));
  await sendSubmission({ submitToken: 'token-1', email: 'a@b.example' });
  expect(fetched).toHaveBeenCalledExactlyOnceWith(
    '/api/orders',
    expect.objectContaining({ keepalive: true }),
  );
  const init = fetched.mock.calls[0]?.[1];
  expect(init?.headers).toMatchObject({ 'idempotency-key': 'token-1' });
  expect(init?.body).toBe('{"submitToken":"token-1","email":"a@b.example"}');
});

test('Retry-After is read in seconds', async () => {
  answerWith(Response.json({ code: 'overloaded' }, { status: 503, headers: { 'retry-after': '3' } }));
  expect(await sendSubmission({ submitToken: 't' })).toMatchObject({ kind: 'busy', retryAfterMs: 3_000 });
});

describe('querying a submission', () => {
  test.each([
    [Response.json({ state: 'done', orderUrl: '/orders/o' }), { kind: 'done', url: '/orders/o' }],
    [Response.json({ state: 'in_progress' }), { kind: 'working' }],
    [Response.json({ state: 'unknown' }), { kind: 'unknown' }],
    [Response.json({ state: 'done' }), { kind: 'lost' }],
    [new Response('<html>', { status: 502 }), { kind: 'lost' }],
    // Only a plain 200 may say that nothing is recorded, because the form then sends again.
    [Response.json({ state: 'unknown' }, { status: 503 }), { kind: 'lost' }],
  ])('reads %#', async (response, expected) => {
    answerWith(response);
    expect(await askSubmission('t')).toEqual(expected);
  });
});
