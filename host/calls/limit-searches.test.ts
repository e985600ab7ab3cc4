import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, test, vi } from 'vitest';
import { makeLimitSearches } from '#host/calls/limit-searches.ts';

vi.stubEnv('DATABASE_URL', 'postgresql://127.0.0.1/none');
vi.stubEnv('ONCE_SECRET', 'a-secret-of-at-least-32-characters');

const requestOf = (url: string) => ({ url, method: 'GET', headers: {} }) as IncomingMessage;

/** A response that notes its status, and that ends when the test says so. */
class Answer extends EventEmitter {
  destroyed = false;
  status = 0;
  headers: Record<string, unknown> = {};
  writeHead(status: number, headers: Record<string, unknown>): void {
    this.status = status;
    this.headers = headers;
  }
  end(): void {
    this.emit('finish');
    this.emit('close');
  }
  disconnect(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

/** Sends searches, and lists those that were begun. */
function open(atATime: number) {
  const limit = makeLimitSearches(atATime);
  const begun: number[] = [];
  const answers: Answer[] = [];
  const search = (url = '/search?query=mug') => {
    const answer = new Answer();
    const index = answers.push(answer) - 1;
    limit(requestOf(url), answer as unknown as ServerResponse, () => begun.push(index));
    return answer;
  };
  return { begun, answers, search };
}

test('few searches are in progress at a time, and the next one begins when one ends', () => {
  const { begun, answers, search } = open(2);
  for (let count = 0; count < 5; count += 1) search();
  expect(begun).toEqual([0, 1]);
  answers[1]?.end();
  expect(begun).toEqual([0, 1, 2]);
  answers[0]?.end();
  answers[2]?.end();
  expect(begun).toEqual([0, 1, 2, 3, 4]);
});

test('of 64 searches at the same time, those that find too many waiting are told when to retry', () => {
  const { answers, search, begun } = open(2);
  for (let count = 0; count < 64; count += 1) search();
  const refused = answers.filter(({ status }) => status !== 0);
  // Two are in progress and eight wait for each.
  expect(refused).toHaveLength(64 - 2 - 16);
  expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]));
  expect(refused[0]?.headers).toMatchObject({ 'retry-after': '1', 'cache-control': 'no-store' });
  for (const answer of answers) if (answer.status === 0) answer.end();
  expect(begun).toHaveLength(18);
  // Nothing is left over: a later search begins immediately.
  search();
  expect(begun).toHaveLength(19);
});

test('a search whose client has disconnected while it waited is not begun, and keeps no place', () => {
  const { begun, answers, search } = open(1);
  for (let count = 0; count < 3; count += 1) search();
  answers[1]?.disconnect();
  answers[0]?.end();
  expect(begun).toEqual([0, 2]);
  answers[2]?.end();
  search();
  expect(begun).toEqual([0, 2, 3]);
});

test.each(['/search', '/search/?query=x', '/%73earch?query=x', '/api/products?query=x', '/api/products/'])(
  '%s counts as a search',
  (url) => {
    const { begun, search } = open(1);
    search();
    search(url);
    expect(begun).toEqual([0]);
  },
);

test.each(['/', '/cart', '/api/products/mug', '/product/search', '/searching', '/api/orders'])(
  '%s never waits for searches',
  (url) => {
    const { begun, search } = open(1);
    search();
    search();
    search(url);
    expect(begun).toEqual([0, 2]);
  },
);

test('without a limit all searches begin immediately', () => {
  const { begun, search } = open(0);
  for (let count = 0; count < 5; count += 1) search();
  expect(begun).toHaveLength(5);
});

test('a search goes on for a while after its client has disconnected', () => {
  // What broke: a client that disconnected again and again had any number of searches in progress.
  vi.useFakeTimers();
  const { begun, answers, search } = open(1);
  search();
  search();
  answers[0]?.disconnect();
  vi.advanceTimersByTime(299);
  expect(begun).toEqual([0]);
  vi.advanceTimersByTime(1);
  expect(begun).toEqual([0, 1]);
  vi.useRealTimers();
});

test('a client that never reads its answer holds a place for two seconds', () => {
  vi.useFakeTimers();
  const { begun, answers, search } = open(1);
  search();
  search();
  vi.advanceTimersByTime(1_999);
  expect(begun).toEqual([0]);
  vi.advanceTimersByTime(1);
  expect(begun).toEqual([0, 1]);
  // Its end does not count twice.
  search();
  answers[0]?.end();
  expect(begun).toEqual([0, 1]);
  vi.useRealTimers();
});
