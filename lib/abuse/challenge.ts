import { randomBytes } from 'node:crypto';
import { isProofOfWork } from '#lib/abuse/proof-of-work.ts';
import { type Challenge, challengeField, challengeHeader } from '#lib/abuse/schema.ts';
import { keyOf, recall, remember } from '#lib/abuse/short-memory.ts';
import { siteVerify } from '#lib/abuse/site-verify.ts';
import { env } from '#lib/platform/env.ts';
import { sameBytes, sign, signUnderAll } from '#lib/platform/signing.ts';

/**
 * Creating a challenge stores nothing. Its id contains its expiry and an HMAC over the expiry, its kind and
 * its session. Only the use of an answer is stored, because an answer works for one submission.
 */

/** Long enough for a slow phone, or for a person who looks for traffic lights. */
const lifetimeMs = 5 * 60_000;

const purpose = 'once.challenge.v1';

/** `<end, ms>.<kind>.<nonce>.<mac>`: short, so that an answer fits into one SHA-256 block. */
const idForm = /^(\d{13})\.([pth])\.([\w-]{8})\.([\w-]{22})$/;

const letters = { proof_of_work: 'p', turnstile: 't', hcaptcha: 'h' } as const;
type Kind = Challenge['kind'];

/** A challenge of the configured kind. `needsNoService` chooses `proof_of_work`. */
export function makeChallenge(userId: string, { needsNoService = false } = {}): Challenge {
  const { CHALLENGE_KIND: wanted, CHALLENGE_SITE_KEY: siteKey, CHALLENGE_DIFFICULTY: difficulty } = env();
  const kind = wanted === 'off' || needsNoService ? 'proof_of_work' : wanted;
  const endsMs = Date.now() + lifetimeMs;
  const body = `${endsMs}.${letters[kind]}.${randomBytes(6).toString('base64url')}`;
  return {
    kind,
    id: `${body}.${short(sign(purpose, `${userId}|${body}`))}`,
    expiresAt: new Date(endsMs).toISOString(),
    ...(kind === 'proof_of_work' ? { difficulty } : { siteKey }),
    header: challengeHeader,
    field: challengeField,
  };
}

export interface GivenAnswer {
  userId: string;
  /** Identifies the submission that the answer is for. */
  submission: string;
  answer: string;
  ip: string | undefined;
}

/**
 * Whether an answer lets this submission through: it must be right, in time, for this session, and not used
 * for another submission. The same submission may be sent again with it. `unreachable`: the challenge
 * service did not answer.
 */
export async function checkAnswer(given: GivenAnswer): Promise<'good' | 'bad' | 'unreachable'> {
  const { userId, submission, answer, ip } = given;
  const at = answer.indexOf('~');
  const [id, solution] = [answer.slice(0, at), answer.slice(at + 1)];
  const kind = at > 0 ? kindOf(userId, id) : undefined;
  if (!kind) return 'bad';
  const used = keyOf('challenge', id);
  const user = await recall(used);
  if (user !== undefined) return user === submission ? 'good' : 'bad';
  if (kind === 'proof_of_work') {
    if (!isProofOfWork(id, solution, env().CHALLENGE_DIFFICULTY)) return 'bad';
  } else {
    const verdict = await siteVerify(kind, solution, ip);
    if (verdict !== 'good') return verdict;
  }
  return (await remember(used, submission, lifetimeMs)) === submission ? 'good' : 'bad';
}

/** The kind of a challenge that the shop issued for this session and that has not expired. */
function kindOf(userId: string, id: string): Kind | undefined {
  const match = id.match(idForm);
  if (!match?.[1] || !match[4] || Number(match[1]) < Date.now()) return undefined;
  const body = id.slice(0, id.lastIndexOf('.'));
  const given = Buffer.from(match[4]);
  const macs = signUnderAll(purpose, `${userId}|${body}`);
  if (!macs.some((mac) => sameBytes(Buffer.from(short(mac)), given))) return undefined;
  return (Object.keys(letters) as Kind[]).find((kind) => letters[kind] === match[2]);
}

/** The first 128 bits. */
const short = (mac: Buffer): string => mac.subarray(0, 16).toString('base64url');
