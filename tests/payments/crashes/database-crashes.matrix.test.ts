import { describe, expect, test } from 'vitest';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { until } from '#tests/support/faults/crash-steps.ts';
import { casesOf } from '#tests/support/matrix.ts';
import { cardBody } from '#tests/support/money.ts';
import { commit, type Left, nextSku, notAsked, notWritten, openCrashShop, written } from './crash-shop.ts';

/**
 * The database server is killed (kill -9) at the commits of a card order. After its restart, the same
 * submission is one order and one charge, and the records agree.
 */

const { database, proxy, simulator, leftOf, holdWhatIsWritten, expectOneOrder } = await openCrashShop();

/** Where the database server is killed, and what it has kept after the restart. */
const blackouts: Record<string, { hold: () => Promise<void>; kept: Left | undefined }> = {
  'before the order is committed': {
    async hold() {
      proxy.disturb({ kind: 'hold_request', to: [commit] });
      await until(proxy.isHolding);
    },
    kept: undefined,
  },
  'after the order is committed, before the shop knows': {
    async hold() {
      proxy.disturb({ kind: 'hold_reply', to: [commit] });
      await until(proxy.isHolding);
    },
    kept: notAsked,
  },
  'after the charge, before it is written down': {
    hold: () => holdWhatIsWritten('hold_request'),
    kept: notWritten,
  },
  'after the charge is written, before the shop knows': {
    hold: () => holdWhatIsWritten('hold_reply'),
    kept: written('pm_card_visa'),
  },
};

const sampledBlackouts = ['after the order is committed, before the shop knows'];

describe.each(casesOf(blackouts, sampledBlackouts))(
  'the database server is killed %s',
  (_name, { hold, kept }) => {
    test('the same submission is one order and one charge after the restart', async () => {
      const sku = await nextSku();
      const shopper = await shopperWith(callHandlers, sku);
      const body = await cardBody(shopper);
      simulator.addFault({ kind: 'webhook_drop', times: 9 });
      const stopped = hold();
      const told = shopper.order(body);
      await stopped;
      await database.kill();
      proxy.heal();
      const answer = await told;
      expect([409, 503]).toContain(answer.status);
      expect(await answer.json()).toMatchObject({ retryable: true });
      await database.start();
      expect(await leftOf(shopper)).toEqual(kept);
      expect((await shopper.orderUntilSettled(body)).status).toBe(201);
      await expectOneOrder(shopper, sku);
    });
  },
);
