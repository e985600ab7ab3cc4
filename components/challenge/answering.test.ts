import { expect, test, vi } from 'vitest';
import { isProofOfWork } from '#lib/abuse/proof-of-work.ts';
import { answering } from './answering.ts';
import { askedChallenge, onChallenge } from './asked-challenge.ts';

const challenge = {
  kind: 'proof_of_work',
  id: '1764417600000.p.abcdefgh.mac',
  difficulty: 6,
  header: 'Once-Challenge',
};
const met = { status: 429, body: { code: 'rate_limited', challenge } };
const done = { status: 201, body: {} };

test('a challenge is answered with the same submission, and shown while it is being solved', async () => {
  const seen: (string | undefined)[] = [];
  const forget = onChallenge(() => seen.push(askedChallenge()?.challenge.kind));
  const send = vi.fn().mockResolvedValueOnce(met).mockResolvedValueOnce(done);
  expect(await answering(send)).toBe(done);
  forget();
  const [id, solution] = String(send.mock.calls[1]?.[0]['Once-Challenge']).split('~');
  expect(isProofOfWork(id ?? '', solution ?? '', 6)).toBe(true);
  expect(send.mock.calls[0]).toEqual([{}]);
  expect(seen).toEqual(['proof_of_work', undefined]);
});

test('an answer without a challenge, a lost answer and a plain rate limit are returned unchanged', async () => {
  for (const answer of [done, undefined, { status: 429, body: { code: 'rate_limited' } }]) {
    const send = vi.fn().mockResolvedValue(answer);
    expect(await answering(send)).toBe(answer);
    expect(send).toHaveBeenCalledTimes(1);
  }
});

test('a server that keeps sending challenges is not asked forever', async () => {
  const send = vi.fn().mockResolvedValue(met);
  expect(await answering(send)).toBe(met);
  expect(send).toHaveBeenCalledTimes(4);
});

test('a widget’s response is the solution, and after a failed widget the shopper has to wait', async () => {
  const person = { status: 429, body: { challenge: { ...challenge, kind: 'turnstile', siteKey: 'k' } } };
  const stop = onChallenge(() => askedChallenge()?.respond('response'));
  const send = vi.fn().mockResolvedValueOnce(person).mockResolvedValueOnce(done);
  expect(await answering(send)).toBe(done);
  expect(send.mock.calls[1]).toEqual([{ 'Once-Challenge': `${challenge.id}~response` }]);
  stop();
  const fail = onChallenge(() => askedChallenge()?.respond(undefined));
  expect(await answering(async () => person)).toBe(person);
  fail();
});
