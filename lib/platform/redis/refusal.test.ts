import { expect, test } from 'vitest';
import { refusalIn } from '#lib/platform/redis/refusal.ts';

test.each([
  ['NOAUTH Authentication required.', 'another login'],
  ['ERR Client sent AUTH, but no password is set', 'another login'],
  ['WRONGPASS invalid username-password pair or user is disabled.', 'user or the password is wrong'],
  ['ERR invalid password', 'user or the password is wrong'],
  ['Unauthorized', 'user or the password is wrong'],
  ["NOPERM User default has no permissions to run the 'eval' command", 'may not do what orders need'],
])('"%s" is a refusal', (said, sentence) => {
  expect(refusalIn(said)).toContain(sentence);
});

test.each(['LOADING Redis is loading the dataset in memory', 'connect ECONNREFUSED 127.0.0.1:6379'])(
  '"%s" is an outage, which may pass',
  (said) => {
    expect(refusalIn(said)).toBeUndefined();
  },
);
