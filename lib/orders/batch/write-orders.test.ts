import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { assertPlan, BrokenPlan } from '#lib/orders/batch/assert-plan.ts';
import { writeOrders } from '#lib/orders/batch/write-orders.ts';
import type { OrderSnapshot } from '#lib/orders/decide/decide.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import type { Tx } from '#lib/platform/database/db.ts';
import { firstRules } from '#lib/pricing/rules-samples.ts';

/**
 * How often a batch is retried, what happens to a refused batch, and which queries are sent, with a fake
 * database. `tests/orders/order-writer.test.ts` tests the same writer against a real database.
 */

const database = vi.hoisted(() => ({ $transaction: vi.fn() }));
vi.mock('#lib/platform/database/db.ts', () => ({ writerDb: () => database }));
const pause = vi.hoisted(() => vi.fn());
vi.mock('node:timers/promises', () => ({ setTimeout: pause }));
const found = vi.hoisted(() => ({ findOrders: vi.fn(), findOrderOfCart: vi.fn() }));
vi.mock('#lib/orders/read/find-orders.ts', () => found);
const complain = vi.hoisted(() => vi.fn());
vi.mock('#lib/platform/logger.ts', () => ({ logger: () => ({ error: complain }) }));
vi.mock('#lib/orders/batch/assert-plan.ts', async (original) => {
  const module = await original<typeof import('#lib/orders/batch/assert-plan.ts')>();
  return { ...module, assertPlan: vi.fn(module.assertPlan) };
});
vi.mock('#lib/pricing/current-rules.ts', () => ({ rulesOfVersion: async () => firstRules }));
vi.mock('#lib/platform/env.ts', () => ({
  env: () => ({
    HOLD_MINUTES: 15,
    ONCE_SECRET: 'a secret of this test',
    ONCE_SECRETS_NEXT: [],
    ONCE_SECRETS_OLD: [],
  }),
}));

const total = 4_000;
const orderRequest = (change: Partial<OrderRequest> = {}): OrderRequest => ({
  userId: randomUUID(),
  submitToken: randomUUID(),
  cartId: randomUUID(),
  cartVersion: 1,
  totalMinor: total,
  currency: 'USD',
  email: 'ada@example.com',
  shippingMethod: 'standard',
  shippingAddress: {
    name: 'A',
    line1: '1',
    line2: null,
    city: 'C',
    region: null,
    postalCode: '1',
    country: 'US',
  },
  payment: { method: 'invoice' },
  confirmDuplicate: false,
  bodyHash: randomUUID(),
  orderId: randomUUID(),
  orderNumber: randomUUID(),
  emailHash: '1',
  networkHash: undefined,
  ...change,
});

const existingOf = ({ userId, cartId, submitToken, bodyHash }: OrderRequest): OrderSnapshot => ({
  userId,
  cartId,
  submitToken,
  bodyHash,
  linesHash: 'other',
  id: randomUUID(),
  number: '7K3Q-F9M2-XDHT',
  totalMinor: total,
  currency: 'USD',
  accepted: true,
  recent: true,
});

const refusal = (code: string) => Object.assign(new Error(`SQLSTATE ${code}`), { code });
const deadlock = refusal('40P01');
const away = refusal('ECONNREFUSED');
const broken = refusal('22P05');
const unique = refusal('23505');

/** A transaction in which these carts exist. */
function transactionWith(
  carts: { of: OrderRequest; status?: 'open' | 'ordered'; orderedLately?: boolean }[],
) {
  const batch = {
    carts: carts.map(({ of, status = 'open', orderedLately = false }) => ({
      userId: of.userId,
      id: of.cartId,
      version: of.cartVersion,
      currency: 'USD',
      status,
      orderedLately,
    })),
    lines: [],
    unpaid: [],
    stock: {},
    rulesVersion: 1,
  };
  const tx = { $queryRaw: vi.fn(async () => [{ batch: JSON.stringify(batch) }]), $executeRaw: vi.fn() };
  database.$transaction.mockImplementation((work: (tx: Tx) => unknown) => work(tx as unknown as Tx));
  return tx;
}

const tries = () => database.$transaction.mock.calls.length;

afterEach(() => {
  vi.resetAllMocks();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('a batch that the database could not finish', () => {
  test.each([
    ['rolled back by a deadlock', deadlock],
    ['sent while the database was away', away],
  ])('is retried: %s', async (_, error) => {
    transactionWith([]);
    database.$transaction
      .mockRejectedValueOnce(error)
      .mockRejectedValueOnce(error)
      .mockRejectedValueOnce(error);
    expect(await writeOrders([orderRequest()])).toEqual([
      { status: 'fulfilled', value: { outcome: 'cart_changed' } },
    ]);
    expect(tries()).toBe(4);
  });

  test('is tried four times, with growing pauses and jitter', async () => {
    database.$transaction.mockRejectedValue(deadlock);
    for (const chance of [0, 1]) {
      vi.spyOn(Math, 'random').mockReturnValue(chance);
      expect(await writeOrders([orderRequest()])).toEqual([{ status: 'rejected', reason: deadlock }]);
    }
    expect(tries()).toBe(8);
    expect(pause.mock.calls.map(([ms]) => ms)).toEqual([20, 40, 80, 60, 120, 240]);
  });

  test('is not retried after its shoppers have been told to send again', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    for (const [ms, times] of [
      [5_001, 1],
      [4_000, 2],
    ] as const) {
      database.$transaction.mockReset().mockImplementation(async () => {
        vi.advanceTimersByTime(ms);
        throw deadlock;
      });
      await writeOrders([orderRequest()]);
      expect(tries()).toBe(times);
    }
  });

  test('is not halved while the database is away: no part of it can be written', async () => {
    database.$transaction.mockRejectedValue(away);
    const results = await writeOrders([orderRequest(), orderRequest()]);
    expect(results).toEqual(Array(2).fill({ status: 'rejected', reason: away }));
    expect(tries()).toBe(4);
  });
});

describe('a batch that the database refuses', () => {
  test('is halved until the bad submission is alone, and never retried whole', async () => {
    transactionWith([]);
    for (const _ of ['five', 'the first three', 'the first two', 'the first'])
      database.$transaction.mockRejectedValueOnce(broken);
    const results = await writeOrders(Array.from({ length: 5 }, () => orderRequest()));
    expect(results.map(({ status }) => status)).toEqual(['rejected', ...Array(4).fill('fulfilled')]);
    expect(results[0]).toEqual({ status: 'rejected', reason: broken });
    // After those four tries: the second, the third, and the last two together.
    expect(tries()).toBe(7);
  });

  test('because of a unique key is answered with the existing order', async () => {
    const one = orderRequest();
    const order = existingOf(one);
    database.$transaction.mockRejectedValue(unique);
    found.findOrderOfCart.mockResolvedValueOnce(order);
    expect(await writeOrders([one])).toMatchObject([
      { status: 'fulfilled', value: { outcome: 'accepted', receipt: { id: order.id }, created: false } },
    ]);
    expect(found.findOrderOfCart).toHaveBeenCalledExactlyOnceWith(database, one);
    expect(await writeOrders([one])).toEqual([{ status: 'rejected', reason: unique }]);
  });

  test('for any other reason is an error, even where an order exists', async () => {
    database.$transaction.mockRejectedValue(broken);
    found.findOrderOfCart.mockImplementation(async (_, one: OrderRequest) => existingOf(one));
    expect(await writeOrders([orderRequest()])).toEqual([{ status: 'rejected', reason: broken }]);
  });
});

describe('the queries of a batch', () => {
  test('read no orders of shoppers who have none, and write nothing without a new order', async () => {
    const [fresh, gone] = [orderRequest(), orderRequest()];
    const tx = transactionWith([{ of: fresh }]);
    await writeOrders([fresh, gone]);
    expect(found.findOrders).not.toHaveBeenCalled();
    expect(tx.$queryRaw).toHaveBeenCalledOnce();
    expect(tx.$executeRaw).not.toHaveBeenCalled();
  });

  test('read orders only of shoppers whose cart is ordered or who ordered another cart recently', async () => {
    const [fresh, again, lately] = [orderRequest(), orderRequest(), orderRequest()];
    const tx = transactionWith([
      { of: fresh },
      { of: again, status: 'ordered' },
      { of: lately, orderedLately: true },
    ]);
    const order = existingOf(again);
    found.findOrders.mockResolvedValue([order]);
    expect(await writeOrders([fresh, again, lately])).toMatchObject([
      { value: { outcome: 'cart_changed' } },
      { value: { outcome: 'accepted', receipt: { id: order.id }, created: false } },
      { value: { outcome: 'cart_changed' } },
    ]);
    expect(found.findOrders.mock.calls[0]?.[1]).toEqual([again, lately]);
    expect(tx.$executeRaw).not.toHaveBeenCalled();
  });
});

test('a plan that breaks a promise is logged before its batch is halved, and none of it is written', async () => {
  const [one, two] = [orderRequest(), orderRequest()];
  const tx = transactionWith([{ of: one }, { of: two }]);
  vi.mocked(assertPlan).mockImplementation((plan) => {
    throw new BrokenPlan('a test', plan);
  });
  expect(await writeOrders([one, two])).toMatchObject([
    { status: 'rejected', reason: { name: 'BrokenPlan' } },
    { status: 'rejected', reason: { name: 'BrokenPlan' } },
  ]);
  // The batch, and each half of it.
  expect(complain.mock.calls.map(([, message]) => message)).toEqual(Array(3).fill('plan refused'));
  expect(tx.$executeRaw).not.toHaveBeenCalled();
});
