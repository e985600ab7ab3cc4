import { expect, test, vi } from 'vitest';
import { RefundRefused, UnknownOutcome } from '#lib/payment-provider/provider.ts';

test('an unknown outcome says what was asked and why nothing is known, and that the key is good unless it is spent', () => {
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

test('an unknown outcome and a refused refund are known by every copy of the code', async () => {
  // What broke: Next's bundle and server.ts each have a copy of these classes and share one provider.
  // A lost reply to the next attempt was no unknown outcome to the other copy, and became a 500.
  vi.resetModules();
  const other = await import('#lib/payment-provider/provider.ts');
  expect(other.UnknownOutcome).not.toBe(UnknownOutcome);
  const unknown = new other.UnknownOutcome('no answer', {});
  expect(unknown).toBeInstanceOf(UnknownOutcome);
  expect(unknown).not.toBeInstanceOf(RefundRefused);
  expect(new other.RefundRefused('closed')).toBeInstanceOf(RefundRefused);
  expect(new Error('anything else')).not.toBeInstanceOf(UnknownOutcome);
});
