import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { type Env, env } from '#lib/platform/env.ts';

/** HMAC-SHA-256 with the current secret. A value signed for one `purpose` is not valid for another. */
export function sign(purpose: string, message: string): Buffer {
  const [current] = signers() as [Signer];
  return current(purpose, message);
}

/** HMAC-SHA-256 with one secret: 32 bytes for a purpose and a message. */
export type Signer = (purpose: string, message: string) => Buffer;

/**
 * A signer for each accepted secret: the current one, then future ones, then earlier ones.
 * docs/operations.md describes the phases of a rotation.
 */
export function signers(): Signer[] {
  const secrets = env();
  let all = signersOf.get(secrets);
  if (!all) {
    const { ONCE_SECRET, ONCE_SECRETS_NEXT, ONCE_SECRETS_OLD } = secrets;
    all = [ONCE_SECRET, ...ONCE_SECRETS_NEXT, ...ONCE_SECRETS_OLD].map(signerUnder);
    signersOf.set(secrets, all);
  }
  return all;
}

const signersOf = new WeakMap<Env, Signer[]>();

/** The HMACs with all accepted secrets, in the order of `signers`. */
export function signUnderAll(purpose: string, message: string): Buffer[] {
  return signers().map((signWith) => signWith(purpose, message));
}

/** Compares in constant time, so that timing does not reveal how much of a guess was right. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Whether it is one of the secrets. Compares with each, so that timing does not reveal which one was right. */
export function isOneOf(given: string, secrets: readonly string[]): boolean {
  const bytes = Buffer.from(given);
  return secrets.map((secret) => sameBytes(bytes, Buffer.from(secret))).includes(true);
}

/** Creates the key once: from a string, Node would create a key at every use. */
function signerUnder(secret: string): Signer {
  const key = createSecretKey(secret, 'utf8');
  return (purpose, message) => createHmac('sha256', key).update(`${purpose}\n${message}`).digest();
}
