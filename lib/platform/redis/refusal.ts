/**
 * Whether Redis is there and refuses this shop: a wrong password, or a user who may not do what
 * orders need. Waiting mends neither, so it is told as what it is and not as an outage.
 */
const refusals: [pattern: RegExp, sentence: string][] = [
  [/NOAUTH|Client sent AUTH|no password is set/i, 'it asks for another login than REDIS_URL gives'],
  [/WRONGPASS|invalid password|invalid username-password|Unauthorized/i, 'the user or the password is wrong'],
  [
    /NOPERM/,
    'its user may not do what orders need: reading and writing keys of "once:*", and scripts (EVAL, EVALSHA)',
  ],
];

/** What Redis refuses, in a sentence without names or secrets; undefined for any other trouble. */
export function refusalIn(reason: string): string | undefined {
  return refusals.find(([pattern]) => pattern.test(reason))?.[1];
}
