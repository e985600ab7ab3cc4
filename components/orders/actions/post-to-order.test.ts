import { afterEach, expect, test, vi } from 'vitest';
import { postToOrder } from '#components/orders/actions/post-to-order.ts';

afterEach(() => vi.unstubAllGlobals());

test.each([
  [200, 'done'],
  [201, 'done'],
  [402, 'done'],
  [409, 'done'],
  [422, 'done'],
  [400, 'refused'],
  [401, 'no_session'],
  [404, 'no_order'],
  [429, 'refused'],
  [503, 'refused'],
] as const)('status %i is reported as %s', async (status, told) => {
  vi.stubGlobal('fetch', async () => new Response(null, { status }));
  expect(await postToOrder('/api/orders/one/cancel')).toBe(told);
});

test('only a missing answer means that the shop was not reached', async () => {
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('Failed to fetch');
  });
  expect(await postToOrder('/api/orders/one/cancel')).toBe('unreachable');
});
