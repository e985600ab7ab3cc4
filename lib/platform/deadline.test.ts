import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { within } from './deadline.ts';

test('what is done in time is the answer, an error included', async () => {
  expect(await within(60_000, Promise.resolve('done'))).toBe('done');
  await expect(within(60_000, Promise.reject(new Error('refused')))).rejects.toThrow('refused');
});

test('what is late is given up with the error that was asked for, and goes on', async () => {
  let ended = false;
  const work = sleep(50).then(() => {
    ended = true;
  });
  await expect(within(1, work, () => new Error('too late'))).rejects.toThrow('too late');
  await work;
  expect(ended).toBe(true);
});

test('an answer that came while the process was busy is not late', async () => {
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => {
    port2.onmessage = resolve;
  });
  const answered = within(5, answer);
  port1.postMessage('here');
  // Nothing else runs meanwhile, and the time is over when the process gets to look.
  for (const until = performance.now() + 30; performance.now() < until; );
  await answered;
  port1.close();
});
