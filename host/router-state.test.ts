import type { IncomingMessage } from 'node:http';
import { beforeEach, expect, test, vi } from 'vitest';
import { whyNextCannotRead } from '#host/router-state.ts';

const parse = vi.fn<(state: unknown) => unknown>();
beforeEach(() => void parse.mockReset());

const header = 'next-router-state-tree';
const requestOf = (headers: IncomingMessage['headers']) => ({ headers }) as IncomingMessage;
const ask = (state: string) => whyNextCannotRead(requestOf({ rsc: '1', [header]: state }), parse);

/** Nested page parts, as Next's client describes them. */
function nested(parts: readonly unknown[]): unknown {
  const [first, ...others] = parts;
  return [first, others.length > 0 ? { children: nested(others) } : {}, null, null, 16];
}
const deep = (levels: number) => `${'["",{"a":'.repeat(levels)}["",{}]${'}]'.repeat(levels)}`;
const wide = (parts: number) =>
  JSON.stringify(['', Object.fromEntries(Array.from({ length: parts }, (_, i) => [`${i}`, ['', {}]]))]);

const pages: [string, unknown[]][] = [
  ['the front page', ['', '__PAGE__']],
  [
    'a page of a category',
    ['', 'category', ['slug', 'cups', 'd', null], ['view', 'price/2', 'oc', ['all', 'new']], '__PAGE__'],
  ],
  ['a search for braces', ['', 'search', `__PAGE__?${JSON.stringify({ query: '[{'.repeat(300) })}`]],
];
test.each(pages)('the state of %s is passed to the parser of Next', (_, parts) => {
  const state = JSON.stringify(nested(parts));
  expect([ask(state), ask(encodeURIComponent(state))]).toEqual([undefined, undefined]);
  expect(parse).toHaveBeenCalledTimes(2);
});

const costly: [string, string][] = [
  ['50 levels', deep(50)],
  ['700 levels', deep(700)],
  ['1,000 parts side by side', wide(1_000)],
  ['a part with 5,000 wrong names', `[[${'7,'.repeat(5_000)}7],{}]`],
  ['7,000 brackets', '['.repeat(7_000) + ']'.repeat(7_000)],
];
// What broke: the parser took 200 ms for a header of 8 KB, in the process that takes orders.
test.each(costly)('a state with %s is refused before Next parses it', (_, state) => {
  const answers = [ask(state), ask(encodeURIComponent(state))];
  expect(answers.map((error) => error?.code)).toEqual(['invalid_request', 'invalid_request']);
  expect(parse).not.toHaveBeenCalled();
});

test('a state that Next cannot read is refused', () => {
  parse.mockImplementation(() => {
    throw new Error('could not be parsed');
  });
  expect(ask('{}')?.code).toBe('invalid_request');
});

test('the state is removed from requests for whole pages', () => {
  for (const rsc of [undefined, '0', '1, 1']) {
    const request = requestOf({ ...(rsc && { rsc }), [header]: '[[[[' });
    expect(whyNextCannotRead(request, parse)).toBeUndefined();
    expect(request.headers).not.toHaveProperty(header);
  }
  expect(parse).not.toHaveBeenCalled();
});
