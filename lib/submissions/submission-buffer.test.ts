import { expect, test } from 'vitest';
import { makeSubmissionBuffer, type SubmissionRecord } from '#lib/submissions/submission-buffer.ts';

const limits = { waiting: 5, ofShopper: 2, windowMs: 1_000, shoppers: 3 };

let made = 0;

function record(
  change: Partial<SubmissionRecord> & { userId?: string; token?: string } = {},
): SubmissionRecord {
  const { userId = 'ada', token = 'token', ...rest } = change;
  made += 1;
  return {
    id: `id-${made}`,
    submitted: { userId, submitToken: token, cartId: 'cart' },
    orderId: undefined,
    requestId: `request-${made}`,
    layer: 'redis',
    outcome: 'replayed',
    status: 201,
    made: false,
    beganAt: 0,
    tookMs: 1,
    ip: undefined,
    copies: 1,
    ...rest,
  };
}

test('records are taken in order, a few at a time', () => {
  const buffer = makeSubmissionBuffer(limits);
  const all = [record(), record({ userId: 'bob' }), record({ userId: 'eve' })];
  for (const one of all) buffer.add(one);
  expect(buffer.unseen()).toEqual(all);
  expect([buffer.takeSeen(2), buffer.size(), buffer.takeSeen(2), buffer.size()]).toEqual([
    all.slice(0, 2),
    1,
    all.slice(2),
    0,
  ]);
});

test('only records that were seen are taken, and each is seen once', () => {
  // What broke: records were logged when they were taken, so during an outage of the database none was.
  const buffer = makeSubmissionBuffer(limits);
  const [first, second, third] = [record(), record({ userId: 'bob' }), record({ userId: 'eve' })];
  buffer.add(first);
  buffer.add(second);
  expect(buffer.unseen()).toEqual([first, second]);
  buffer.add(third);
  expect(buffer.takeSeen(1)).toEqual([first]);
  expect(buffer.unseen()).toEqual([third]);
  expect(buffer.takeSeen(10)).toEqual([second, third]);
  expect([buffer.unseen(), buffer.size()]).toEqual([[], 0]);
});

test('a full buffer keeps what it has and refuses more, until some are taken', () => {
  const buffer = makeSubmissionBuffer({ ...limits, shoppers: 100 });
  const users = ['a', 'b', 'c', 'd', 'e', 'f'];
  expect(users.map((userId) => buffer.add(record({ userId })))).toEqual([
    true,
    true,
    true,
    true,
    true,
    false,
  ]);
  expect(buffer.size()).toBe(5);
  buffer.unseen();
  buffer.takeSeen(1);
  expect(buffer.add(record({ userId: 'g' }))).toBe(true);
});

test('the further equal requests of one shopper share a record, and no request is lost', () => {
  const buffer = makeSubmissionBuffer(limits);
  for (let count = 0; count < 1_000; count += 1) expect(buffer.add(record())).toBe(true);
  expect(buffer.unseen().map(({ copies }) => copies)).toEqual([1, 1, 998]);
});

test.each([
  ['layer', { layer: 'database' as const }],
  ['outcome', { outcome: 'in_progress' }],
  ['status', { status: 303 }],
  ['order', { orderId: 'order' }],
  ['part in the order: it made it', { made: true }],
  ['token', { token: 'another' }],
  ['attempt', { submitted: { userId: 'ada', orderId: 'order', attempt: 2 } }],
])('requests with another %s don’t share a record', (_, change) => {
  const buffer = makeSubmissionBuffer({ ...limits, ofShopper: 0 });
  buffer.add(record());
  buffer.add(record(change));
  expect(buffer.unseen().map(({ copies }) => copies)).toEqual([1, 1]);
});

test('a record that was logged is no longer shared: its number is in the log', () => {
  const buffer = makeSubmissionBuffer({ ...limits, ofShopper: 0 });
  buffer.add(record());
  const [logged] = buffer.unseen();
  buffer.add(record());
  expect([logged?.copies, buffer.size()]).toEqual([1, 2]);
});

test('after its window a shopper’s requests have a record each again', () => {
  const buffer = makeSubmissionBuffer({ ...limits, ofShopper: 1 });
  buffer.add(record());
  buffer.add(record({ beganAt: 1_001 }));
  expect(buffer.unseen().map(({ copies }) => copies)).toEqual([1, 1]);
  buffer.add(record({ beganAt: 1_002 }));
  buffer.add(record({ beganAt: 1_003 }));
  expect(buffer.unseen().map(({ copies }) => copies)).toEqual([2]);
});

test('shoppers are counted apart', () => {
  const buffer = makeSubmissionBuffer({ ...limits, ofShopper: 1 });
  for (const userId of ['ada', 'bob', 'ada', 'bob']) buffer.add(record({ userId }));
  expect(buffer.unseen()).toHaveLength(4);
});
