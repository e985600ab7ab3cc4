import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test, vi } from 'vitest';
import { makeAfterOrders } from '#host/pages/after-orders.ts';

vi.stubEnv('DATABASE_URL', 'postgresql://127.0.0.1/none');
vi.stubEnv('ONCE_SECRET', 'a-secret-of-at-least-32-characters');
vi.stubEnv('LOG_LEVEL', 'silent');

const open = { destroyed: false };
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('without orders, the work of a page is done immediately', () => {
  const done: string[] = [];
  const afterOrders = makeAfterOrders(() => 0);
  afterOrders(open, () => done.push('page'));
  expect(done).toEqual(['page']);
});

test('while orders are under way, a turn of the event loop does the work of one page', async () => {
  const done: number[] = [];
  const afterOrders = makeAfterOrders(() => 1);
  for (let page = 0; page < 5; page += 1) afterOrders(open, () => done.push(page));
  expect(done).toEqual([]);
  const seen: number[] = [];
  for (let count = 0; count < 6; count += 1) {
    await turn();
    seen.push(done.length);
  }
  expect(done).toEqual([0, 1, 2, 3, 4]);
  // The first turn may end before the first page, in which case it had not begun.
  for (const [index, count] of seen.entries()) expect(count).toBeLessThanOrEqual(index + 1);
});

test('when the last order is answered, the pages that wait are served together, in their order', async () => {
  const done: number[] = [];
  let orders = 1;
  const afterOrders = makeAfterOrders(() => orders);
  for (let page = 0; page < 100; page += 1) afterOrders(open, () => done.push(page));
  orders = 0;
  await turn();
  await turn();
  expect(done).toEqual(Array.from({ length: 100 }, (_, page) => page));
});

test('a page that comes while others wait is served after them', async () => {
  const done: string[] = [];
  let orders = 1;
  const afterOrders = makeAfterOrders(() => orders);
  afterOrders(open, () => done.push('first'));
  orders = 0;
  afterOrders(open, () => done.push('second'));
  expect(done).toEqual([]);
  await turn();
  await turn();
  expect(done).toEqual(['first', 'second']);
});

test('a client that has gone is not served, and a page that fails does not stop the others', async () => {
  const done: string[] = [];
  const afterOrders = makeAfterOrders(() => 1);
  afterOrders({ destroyed: true }, () => done.push('gone'));
  afterOrders(open, () => {
    throw new Error('broken');
  });
  afterOrders(open, () => done.push('served'));
  for (let count = 0; count < 5; count += 1) await turn();
  expect(done).toEqual(['served']);
  afterOrders(open, () => done.push('later'));
  await turn();
  await turn();
  expect(done).toEqual(['served', 'later']);
});

test('when too many pages wait, one more is refused, and there is room again later', async () => {
  const done: number[] = [];
  let orders = 1;
  const afterOrders = makeAfterOrders(() => orders);
  for (let page = 0; page < 5_000; page += 1) expect(afterOrders(open, () => done.push(page))).toBe(true);
  expect(afterOrders(open, () => done.push(-1))).toBe(false);
  orders = 0;
  await vi.waitFor(() => expect(done).toHaveLength(5_000));
  expect(afterOrders(open, () => done.push(5_000))).toBe(true);
});

// What broke: while others kept coming, the served ones stayed in memory.
test('served pages are released although others keep coming', async () => {
  const afterOrders = makeAfterOrders(() => 1);
  const refs: WeakRef<object>[] = [];
  for (let count = 0; count < 3_000; count += 1) {
    const response = { destroyed: false };
    refs.push(new WeakRef(response));
    afterOrders(response, () => undefined);
    if (count > 5) await turn();
  }
  // The list keeps no more than a thousand empty slots and the few that wait.
  await turn();
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  expect(refs.filter((ref) => ref.deref() !== undefined).length).toBeLessThan(100);
});
