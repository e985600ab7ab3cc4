import { expect, test } from 'vitest';
import { type RecordRows, recordsAreTrue } from './check-records.ts';

const kindsOf = (rows: Partial<RecordRows>) =>
  recordsAreTrue({ copies: [], runs: [], acceptances: [], ...rows }).map(({ kind }) => kind);

test('a fact with one row is no violation, and one with two rows is', () => {
  const copies = [1, 2].map((rows) => ({ table: 'submission', fact: 'a', rows }));
  expect(kindsOf({ copies })).toEqual(['recorded_twice']);
});

test('a run may miss orders that were placed meanwhile, and may not count orders that do not exist', () => {
  const runs = [3, 4, 5].map((compared) => ({ id: `${compared}`, compared, orders: 4 }));
  expect(recordsAreTrue({ copies: [], runs, acceptances: [] })).toMatchObject([
    { kind: 'run_miscounted', detail: expect.stringContaining('5 orders, and there are 4') },
  ]);
});

test('what a person accepts is what they have read', () => {
  const acceptances = [1, 2].map((read) => ({ subject: 'an item', read, was: 2 }));
  expect(kindsOf({ acceptances })).toEqual(['accepted_unread']);
});
