import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { within } from './deadline.ts';

test('a result or an error before the deadline is passed on', async () => {
  expect(await within(60_000, Promise.resolve('done'))).toBe('done');
  await expect(within(60_000, Promise.reject(new Error('refused')))).rejects.toThrow('refused');
});

test('late work rejects with the given error and continues', async () => {
  let ended = false;
  const work = sleep(50).then(() => {
    ended = true;
  });
  await expect(within(1, work, () => new Error('too late'))).rejects.toThrow('too late');
  await work;
  expect(ended).toBe(true);
});

test('an answer that arrived in time while the process was busy is not late', async () => {
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => {
    port2.onmessage = resolve;
  });
  const answered = within(5, answer);
  port1.postMessage('here');
  // Blocks the event loop until the deadline has passed.
  for (const until = performance.now() + 30; performance.now() < until; );
  await answered;
  port1.close();
});
