import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Advice } from '#scripts/advice.ts';
import type { Variables } from './options.ts';

/**
 * The key for cookies and submit tokens: the user's own, or else one that is generated once and kept, so that
 * a restart signs no shopper out. A shop in production must set its own: a secret beside the data would be
 * copied with it.
 */
export function findSecret(variables: Variables, dataDir: string): { secret: string; from: string } {
  if (variables.ONCE_SECRET) return { secret: variables.ONCE_SECRET, from: 'ONCE_SECRET' };
  if (variables.NODE_ENV === 'production') {
    throw new Advice(
      'ONCE_SECRET is missing, and NODE_ENV=production requires your own: at least 32 random ' +
        'characters, the same in every process and after every restart.\nOne to copy:  openssl rand -base64 32',
    );
  }
  return keepSecret(path.join(dataDir, 'secret'));
}

/** A secret that is made once and kept in a file that only its owner can read. */
export function keepSecret(file: string): { secret: string; from: string } {
  if (existsSync(file)) return { secret: readFileSync(file, 'utf8').trim(), from: `kept in ${file}` };
  const secret = randomBytes(32).toString('base64url');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${secret}\n`, { mode: 0o600, flag: 'wx' });
  return { secret, from: `made, and kept in ${file}` };
}
