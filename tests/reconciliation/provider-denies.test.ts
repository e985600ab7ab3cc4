import { expect, test } from 'vitest';
import { UnknownOutcome } from '#lib/payment-provider/provider.ts';
import { reconcile } from '#lib/reconciliation/reconcile.ts';
import { openSimulator } from '#tests/support/services/simulator.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';
import { runReconcile } from './reconcile-command.ts';

/**
 * A provider that refuses the shop's API key. What broke: `npm run reconcile` tried for a quarter of a minute and then
 * said that the provider gave no answer.
 */

const simulator = await openSimulator();
await openTestShop({ env: { STRIPE_SECRET_KEY: 'sk_test_revoked', STRIPE_API_BASE: simulator.url } });

/** The waits of a provider that is away take 15 s. */
const withoutWaitsMs = 5_000;

test('a run ends without waiting, and can be continued', async () => {
  const begun = performance.now();
  const actor = { kind: 'operator', name: 'eva' } as const;
  const outcome = await reconcile({ actor, repairs: false, untilMs: Number.POSITIVE_INFINITY }).catch(
    (error: unknown) => error,
  );
  expect(performance.now() - begun).toBeLessThan(withoutWaitsMs);
  expect(outcome).toBeInstanceOf(UnknownOutcome);
  expect(outcome).toMatchObject({ deniedWith: 401, message: expect.stringContaining('STRIPE_SECRET_KEY') });
});

test('the command says what to correct, with the exit code of a run that did not finish', async () => {
  const { code, out, err } = await runReconcile('--json');
  expect([code, out]).toEqual([2, '']);
  expect(err).toBe(
    'Not finished: the provider denies the request with 401: the API key is wrong or was revoked; correct STRIPE_SECRET_KEY and restart web processes and worker. What was compared so far is kept; the same command continues.\n',
  );
});
