import { describe, expect, it, test } from 'vitest';
import { type Call, History, type Question } from './history.ts';

describe('a history', () => {
  const question: Question = { kind: 'order', app: 0, client: 0, shopper: 'ada', token: 'token-1' };
  const recorded = async (status: number, body: unknown, kind: Question['kind'] = 'order') => {
    const history = new History();
    await history.record({ ...question, kind }, async () => ({
      status,
      body: Buffer.from(JSON.stringify(body)),
    }));
    return history.calls[0] as Call;
  };

  test.each([
    ['accepted', 201, { order: { id: 'x' } }, 'ok'],
    ['already ordered', 200, { order: { id: 'x' } }, 'ok'],
    ['a declined card with an existing order', 402, { code: 'payment_declined', order: { id: 'x' } }, 'ok'],
    ['sold out', 409, { code: 'out_of_stock' }, 'fail'],
    ['overloaded', 503, { code: 'overloaded' }, 'fail'],
    ['still in progress', 409, { code: 'in_progress' }, 'unknown'],
    ['database away', 503, { code: 'unavailable' }, 'unknown'],
    ['an error', 500, { code: 'internal' }, 'unknown'],
    ['a request that did not arrive completely', 408, {}, 'unknown'],
    ['rate limited', 429, { code: 'rate_limited' }, 'fail'],
    ['a payment with an unknown outcome', 409, { code: 'payment_unsettled' }, 'unknown'],
  ])('records the outcome that a client can know: %s', async (_what, status, body, outcome) => {
    expect(await recorded(status, body)).toMatchObject({ status, outcome });
  });

  it('does not trust "overloaded" from nginx, which may have tried both processes', async () => {
    const history = new History();
    const body = Buffer.from('{"code":"overloaded"}');
    await history.record({ ...question, app: 2 }, async () => ({ status: 503, body }));
    expect(history.calls).toMatchObject([{ status: 503, outcome: 'unknown' }]);
  });

  it('records a refused cancellation while a payment is open as a failure', async () => {
    expect(await recorded(409, { code: 'payment_unsettled' }, 'cancel')).toMatchObject({ outcome: 'fail' });
  });

  it('records a missing answer as unknown', async () => {
    const history = new History();
    await history.record(question, () => Promise.reject(new Error('reset')));
    expect(history.calls).toMatchObject([{ status: 0, outcome: 'unknown' }]);
  });

  it('records the order that an answer names, and a hash of its bytes', async () => {
    const call = await recorded(201, { order: { id: 'x' } });
    expect(call).toMatchObject({ order: 'x', answer: expect.stringMatching(/^[0-9a-f]{24}$/) });
  });
});
