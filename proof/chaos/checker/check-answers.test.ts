import { describe, expect, it } from 'vitest';
import { checkHistory } from './check-history.ts';
import type { Evidence, ViolationKind } from './evidence.ts';
import { change, goodRun, refused, spoilt, submission } from './good-run.ts';

const newToken = { token: 'token-7', sent: 'body-7' };

/** Bob's order is created and its answer is lost. His retry at the end gets this answer. */
const lostAndThen = (...told: Parameters<typeof refused>): Evidence =>
  spoilt('history', (rows) =>
    change(rows, 3, { outcome: 'unknown', status: 0, answer: undefined, order: undefined }).concat(
      submission({
        ...{ id: 13, shopper: 'bob', client: 1, token: 'token-2', cart: 'cart-2', sent: 'body-2' },
        ...{ startMs: 30, again: true, ...refused(...told) },
      }),
    ),
  );

/** Each kind of violation by an answer, with a history that contains just that one. */
const wrong: [ViolationKind, string, Evidence][] = [
  [
    'answers_differ',
    'a replay has other bytes',
    spoilt('history', (rows) => change(rows, 1, { answer: 'other bytes' })),
  ],
  [
    'answers_differ',
    'an accepted submission is told that another submission ordered its cart',
    spoilt('history', (rows) => change(rows, 12, { status: 200, answer: 'bytes-5' })),
  ],
  [
    'refused_and_ordered',
    'the order was created, its answer was lost, and a retry was told that the cart had changed',
    lostAndThen('cart_changed'),
  ],
  [
    'refused_and_ordered',
    'the order was created, its answer was lost, and a retry was told that its token was reused',
    lostAndThen('key_reused', 422),
  ],
  [
    'never_answered',
    'a submission was refused because of overload, and its retry got no answer',
    spoilt('history', (rows) => [
      ...rows,
      submission({ id: 13, ...newToken, ...refused('overloaded', 503) }),
      submission({ id: 18, ...newToken, outcome: 'unknown', status: 0, answer: undefined, order: undefined }),
    ]),
  ],
  [
    'never_answered',
    'an accepted submission was sent again at the end and got no answer',
    spoilt('history', (rows) =>
      change(rows, 12, { outcome: 'unknown', status: 0, answer: undefined, order: undefined }),
    ),
  ],
  [
    'never_answered',
    'a submission never got an answer',
    spoilt('history', (rows) => [
      ...rows,
      submission({ id: 13, ...newToken, outcome: 'unknown', status: 0, answer: undefined, order: undefined }),
    ]),
  ],
  [
    'session_of_two_clients',
    'two clients got the same cookie',
    spoilt('history', (rows) => change(rows, 1, { client: 7 })),
  ],
  [
    'refused_after_accepted',
    'the claim was lost, and a replay was told that its cart had changed',
    spoilt('history', (rows) => [...rows, submission({ id: 10, startMs: 6, ...refused('cart_changed') })]),
  ],
  [
    'refused_after_accepted',
    'a retry was told that an accepted card was declined',
    spoilt('history', (rows) => [
      ...rows,
      submission({ id: 10, startMs: 6, status: 402, code: 'payment_declined', answer: 'bytes-9' }),
    ]),
  ],
  [
    'answer_of_another_shopper',
    "a submission was answered with another shopper's order",
    spoilt('history', (rows) => change(rows, 1, { order: 'order-2' })),
  ],
  [
    'answer_of_another_shopper',
    "a guessed id was answered with another shopper's order",
    spoilt('history', (rows) => change(rows, 6, { outcome: 'ok', status: 200 })),
  ],
  [
    'answer_of_another_shopper',
    "a refusal names another shopper's order",
    spoilt('history', (rows) => [
      ...rows,
      submission({ id: 9, outcome: 'fail', status: 409, code: 'possible_duplicate', order: 'order-2' }),
    ]),
  ],
  [
    'internal_error',
    'the shop answered 500',
    spoilt('history', (rows) => [
      ...rows,
      submission({ id: 9, status: 500, outcome: 'unknown', order: undefined }),
    ]),
  ],
];

describe('the checker', () => {
  it.each(wrong)('finds %s: %s', (kind, _what, evidence) => {
    expect(checkHistory(evidence).map((violation) => violation.kind)).toContain(kind);
  });

  it('names the calls that show a violation', () => {
    const [, , evidence] = wrong.find(([kind]) => kind === 'answers_differ') as (typeof wrong)[number];
    expect(checkHistory(evidence)).toMatchObject([{ kind: 'answers_differ', calls: [0, 1, 12] }]);
  });

  it('allows a refused submission to make an order when it is sent again', () => {
    const run = goodRun();
    const first = submission({ id: 30, again: true, startMs: 0, ...refused('out_of_stock') });
    const placedAt = (placedMs: number) => {
      const orders = change([...run.orders], 0, { placedMs });
      return checkHistory({ ...run, orders, history: [first, ...run.history] }).map(({ kind }) => kind);
    };
    expect(placedAt(1_000)).toEqual([]);
    // An order from before the refusal is a violation.
    expect(placedAt(-1_000)).toEqual(['refused_and_ordered']);
  });

  // What broke: two bodies of one token were sent at the same moment, and the order was placed by the second.
  it('allows another body of a submission to make an order during its refusal', () => {
    const run = goodRun();
    const later = run.history.map((call) =>
      call.token === 'token-1' ? { ...call, startMs: call.startMs + 5_010, endMs: call.endMs + 5_010 } : call,
    );
    const orders = change([...run.orders], 0, { placedMs: 5_020 });
    const refusedAt = (startMs: number, sent: string) => {
      const again = submission({ id: 30, again: true, startMs, sent, ...refused('possible_duplicate') });
      return checkHistory({ ...run, orders, history: [again, ...later] }).map(({ kind }) => kind);
    };
    expect(refusedAt(5_000, 'body-unconfirmed')).toEqual([]);
    // The accepted call began before, so its order may have existed before the refusal.
    expect(refusedAt(5_015, 'body-unconfirmed')).toEqual(['refused_and_ordered']);
    expect(refusedAt(5_000, 'body-1')).toEqual(['refused_and_ordered']);
  });

  it('allows a refused submission to be sent again and accepted', () => {
    const before = submission({ id: 10, ...refused('out_of_stock') });
    expect(checkHistory(spoilt('history', (rows) => [before, ...rows]))).toEqual([]);
  });
});
