/**
 * Detects a Redis that is reachable but refuses this shop: a wrong password, or a user without the needed
 * rights. Waiting fixes neither, so it is reported as a refusal and not as an outage. The codes are those of
 * Redis 6 and later. The other words are from Redis 5 and from a REST proxy, whose refusals have no code.
 */
const refusals: [pattern: RegExp, sentence: string][] = [
  [/NOAUTH|Client sent AUTH|no password is set/i, 'it asks for another login than REDIS_URL gives'],
  [/WRONGPASS|invalid password|invalid username-password|Unauthorized/i, 'the user or the password is wrong'],
  [
    /NOPERM/,
    'its user may not do what orders need: reading and writing keys of "once:*", and scripts (EVAL, EVALSHA)',
  ],
];

/** The reason for a refusal, as a sentence without names or secrets. Undefined for any other error. */
export function refusalIn(reason: string): string | undefined {
  return refusals.find(([pattern]) => pattern.test(reason))?.[1];
}
