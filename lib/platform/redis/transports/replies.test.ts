import { inspect } from 'node:util';
import { errors } from '@upstash/redis';
import { expect, test } from 'vitest';
import { RedisAway, saysAway, uniformReply } from '#lib/platform/redis/transports/replies.ts';

test.each([
  'LOADING Redis is loading the dataset in memory',
  'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
  "OOM command not allowed when used memory > 'maxmemory'.",
  "READONLY You can't write against a read only replica.",
  'ERR Error running script (call to f_0): @user_script:5: -OOM command not allowed',
  'WRONGPASS invalid username-password pair or user is disabled.',
  'NOAUTH Authentication required.',
  "NOPERM User default has no permissions to run the 'eval' command",
  'MOVED 3999 127.0.0.1:6381',
  'ERR max daily request limit exceeded. Limit: 10000, Usage: 10000.',
  'ERR max number of clients reached',
  'Unauthorized',
  'Internal Server Error',
])('"%s" means that Redis is away', (message) => {
  expect(saysAway(message)).toBe(true);
});

test.each([
  'WRONGTYPE Operation against a key holding the wrong kind of value',
  'NOSCRIPT No matching script. Please use EVAL.',
  'ERR wrong number of arguments for get command',
  'ERR user_script:1: boom script: 1234, on @user_script:1.',
  'EXECABORT Transaction discarded because of previous errors.',
  'BUSYKEY Target key name already exists.',
])('"%s" means that the command was wrong', (message) => {
  expect(saysAway(message)).toBe(false);
});

const fail = (error: unknown) => () => Promise.reject(error);

test('an error that repeats the command becomes a reply without it', async () => {
  const request = { body: ['set', 'key', 'name and street'] };
  const message = `ERR syntax error, command was: ${JSON.stringify(request.body)}`;
  expect(await uniformReply(request, fail(new errors.UpstashError(message)))).toEqual({
    error: 'ERR syntax error',
  });
});

test("a driver's error keeps its message and loses the command's arguments", async () => {
  const driverError = Object.assign(new Error('WRONGPASS'), {
    command: { name: 'auth', args: ['user', 'password'] },
  });
  const error = await uniformReply({ body: ['get', 'a'] }, fail(driverError)).catch(
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RedisAway);
  expect(error).toMatchObject({ message: 'WRONGPASS' });
  expect(inspect(error)).not.toContain('password');
});

test('the cause of a failed fetch is named', async () => {
  const failed = new TypeError('fetch failed', {
    cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
  });
  await expect(uniformReply({ body: [] }, fail(failed))).rejects.toThrow('fetch failed (ECONNREFUSED)');
});

test("a proxy's page in place of JSON means that Redis is away", async () => {
  const page = new errors.UpstashJSONParseError('<html>502 Bad Gateway</html>');
  await expect(uniformReply({ body: [] }, fail(page))).rejects.toBeInstanceOf(RedisAway);
});

test('one command of a pipeline that Redis cannot serve means that it is away', async () => {
  const replies = [{ result: 'OK' }, { error: 'OOM command not allowed' }] as {
    result?: string;
    error?: string;
  };
  await expect(uniformReply({ path: ['pipeline'] }, async () => replies)).rejects.toBeInstanceOf(RedisAway);
});

test('a transaction refused as a whole throws the refusal', async () => {
  const refused = uniformReply({ path: ['multi-exec'] }, async () => ({ error: 'EXECABORT discarded' }));
  await expect(refused).rejects.toBeInstanceOf(errors.UpstashError);
});
