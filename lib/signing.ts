import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { env } from '#lib/env.ts';

/** HMAC-SHA-256 under the current secret. `purpose` keeps one use's values out of another's. */
export function sign(purpose: string, message: string): Buffer {
  return mac(env().ONCE_SECRET, purpose, message);
}

/** HMAC-SHA-256 under one secret: 32 bytes for a purpose and a message. */
export type Signer = (purpose: string, message: string) => Buffer;

/**
 * A signer for each secret that is accepted: the current one, those to come and earlier ones.
 * docs/operations.md describes the phases of a rotation.
 */
export function signers(): Signer[] {
  const { ONCE_SECRET, ONCE_SECRETS_NEXT, ONCE_SECRETS_OLD } = env();
  return [ONCE_SECRET, ...ONCE_SECRETS_NEXT, ...ONCE_SECRETS_OLD].map(
    (secret) => (purpose, message) => mac(secret, purpose, message),
  );
}

/** The same under every secret that is accepted. */
export function signUnderAll(purpose: string, message: string): Buffer[] {
  return signers().map((signWith) => signWith(purpose, message));
}

/** Compares without telling, by its time, how much of a guess was right. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

const keys = new Map<string, KeyObject>();

/** A secret as the key it is used as, made once: a string is made into one at every use. */
function keyOf(secret: string): KeyObject {
  let key = keys.get(secret);
  if (!key) {
    key = createSecretKey(secret, 'utf8');
    keys.set(secret, key);
  }
  return key;
}

function mac(secret: string, purpose: string, message: string): Buffer {
  return createHmac('sha256', keyOf(secret)).update(`${purpose}\n${message}`).digest();
}
