import { expect, test, vi } from 'vitest';
import { RefundRefused, reasonOf, UnknownOutcome } from '#lib/payment-provider/provider.ts';

test('an unknown outcome has the request, its cause, and whether the key is spent', () => {
  const cause = new Error('ECONNRESET');
  const unknown = new UnknownOutcome('charge', cause);
  expect(unknown).toMatchObject({
    name: 'UnknownOutcome',
    message: 'the provider\'s answer to "charge" is not known',
    cause,
    keyIsSpent: false,
  });
  expect(new UnknownOutcome('charge', cause, { keyIsSpent: true }).keyIsSpent).toBe(true);
  expect(new RefundRefused(cause)).toMatchObject({
    name: 'RefundRefused',
    message: 'the provider refuses the refund',
    cause,
  });
});

test.each([
  [400, 'does not accept this request'],
  [401, 'STRIPE_SECRET_KEY'],
  [403, 'permission'],
  [404, 'STRIPE_API_BASE'],
])('a request that is denied with %i says what to do', (deniedWith, words) => {
  const unknown = new UnknownOutcome('list', undefined, { deniedWith });
  for (const said of [unknown.message, reasonOf(unknown)])
    expect(said).toMatch(new RegExp(`with ${deniedWith}: .*${words}`));
  expect(reasonOf(new UnknownOutcome('list', undefined))).toBe('the provider gave no answer');
});

test('instanceof recognises an unknown outcome and a refused refund from another copy of the code', async () => {
  // What broke: Next's bundle and server.ts each have a copy of these classes and share one provider. The
  // other copy did not recognise the unknown outcome of a next attempt's lost reply, and answered 500.
  vi.resetModules();
  const other = await import('#lib/payment-provider/provider.ts');
  expect(other.UnknownOutcome).not.toBe(UnknownOutcome);
  const unknown = new other.UnknownOutcome('no answer', {});
  expect(unknown).toBeInstanceOf(UnknownOutcome);
  expect(unknown).not.toBeInstanceOf(RefundRefused);
  expect(new other.RefundRefused('closed')).toBeInstanceOf(RefundRefused);
  expect(new Error('anything else')).not.toBeInstanceOf(UnknownOutcome);
});
