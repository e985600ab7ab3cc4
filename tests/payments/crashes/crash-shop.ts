import { afterEach, expect } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { statementName } from '#lib/platform/database/statement-name.ts';
import type { Shopper } from '#proof/harness/shopper/shopper.ts';
import { openOwnDatabase } from '#tests/support/faults/crash-database.ts';
import { until } from '#tests/support/faults/crash-steps.ts';
import { declinedCard, expectBooksToAgree, orderOf } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';

/** The name of the prepared COMMIT: the driver sends the SQL text itself only once per connection. */
export const commit = statementName('COMMIT');

/**
 * The records after a crash, in the shop and in the provider's ledger, which has a line for a refusal, too.
 */
export interface Left {
  order: string;
  payment: string | undefined;
  asked: number;
  booked: number;
}

export const notAsked: Left = { order: 'payment_pending', payment: 'created', asked: 0, booked: 0 };
export const notBooked: Left = { ...notAsked, asked: 1 };
export const notWritten: Left = { ...notBooked, booked: 1 };
export const written = (token: string): Left =>
  token === declinedCard
    ? { ...notWritten, order: 'payment_declined', payment: 'declined' }
    : { ...notWritten, order: 'paid', payment: 'succeeded' };

let count = 0;
export const nextSku = () => addProduct(`CRASH-${++count}`, { available: 9 });

/**
 * Opens a shop whose processes and whose database server can be killed. Call it once, at the top of the file.
 */
export async function openCrashShop() {
  // Replaces the database that every test file has.
  const database = await openOwnDatabase();
  const { simulator, redis, beforeReply } = await openPayingShop({ DATABASE_URL: database.url });
  const { proxy } = database;
  afterEach(async () => {
    simulator.clearFaults();
    beforeReply(async () => undefined);
    proxy.heal();
    await expectBooksToAgree(simulator);
  });

  const hasOrder = async (shopper: Shopper) =>
    (await db().order.count({ where: { userId: shopper.userId } })) > 0;
  const isAsked = async (shopper: Shopper) =>
    (await hasOrder(shopper)) && simulator.usesOfKey(`order:${(await orderOf(shopper)).id}:1`) > 0;
  const isBooked = async (shopper: Shopper) =>
    (await hasOrder(shopper)) && simulator.ledger((await orderOf(shopper)).id).length > 0;

  async function leftOf(shopper: Shopper): Promise<Left | undefined> {
    if (!(await hasOrder(shopper))) return undefined;
    const { id, status, payments } = await orderOf(shopper);
    const asked = simulator.usesOfKey(`order:${id}:1`);
    return { order: status, payment: payments[0]?.status, asked, booked: simulator.ledger(id).length };
  }

  /** Holds the provider's answer to a charge until it is released. */
  function keepAnswer(): { given: Promise<void>; letGo: () => void } {
    const given = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    beforeReply(() => {
      given.resolve();
      return gone.promise;
    });
    return { given: given.promise, letGo: gone.resolve };
  }

  /** Stops the transaction that records the provider's answer before or after its COMMIT. */
  async function holdWhatIsWritten(what: 'hold_request' | 'hold_reply'): Promise<void> {
    const answer = keepAnswer();
    await answer.given;
    proxy.disturb({ kind: what, to: [commit] });
    answer.letGo();
    await until(proxy.isHolding);
  }

  async function expectOneOrder(shopper: Shopper, sku: string, { charged = true } = {}): Promise<void> {
    const order = await orderOf(shopper);
    expect(order).toMatchObject({ status: charged ? 'paid' : 'payment_declined' });
    expect(order.payments).toHaveLength(1);
    expect(simulator.ledger(order.id).filter(({ live }) => live)).toHaveLength(charged ? 1 : 0);
    expect(await db().order.count({ where: { userId: order.userId } })).toBe(1);
    expect(await availableOf(sku)).toBe(8);
  }

  return {
    database,
    proxy,
    simulator,
    redis,
    isAsked,
    isBooked,
    leftOf,
    keepAnswer,
    holdWhatIsWritten,
    expectOneOrder,
  };
}
