import { randomBytes } from 'node:crypto';

/** A random id in Stripe's format: `pi_` and 24 letters and digits. */
export function newId(prefix: string): string {
  const letters = randomBytes(30)
    .toString('base64')
    .replaceAll(/[^A-Za-z0-9]/g, '');
  return `${prefix}_${letters.slice(0, 24).padEnd(24, '0')}`;
}
