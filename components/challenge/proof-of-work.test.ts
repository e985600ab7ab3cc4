import { hash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { isProofOfWork } from '#lib/abuse/proof-of-work.ts';
import { firstWordOf, tryNumbers } from './proof-of-work.ts';

test('the hash is SHA-256 for texts of every length up to several blocks', () => {
  for (let length = 0; length < 200; length += 1) {
    const text = randomBytes(length).toString('base64url').slice(0, length);
    const expected = Number.parseInt(hash('sha256', text, 'hex').slice(0, 8), 16) | 0;
    expect(firstWordOf(text), `${length} letters`).toBe(expected);
  }
});

test('the server accepts the number that the page finds, and no easier one', () => {
  const work = { id: '1764417600000.p.abcdefgh.0123456789abcdefghijkl', difficulty: 12 };
  const answer = tryNumbers(work, 0, 1_000_000) ?? '';
  const solution = answer.slice(answer.indexOf('~') + 1);
  expect(isProofOfWork(work.id, solution, 12)).toBe(true);
  expect(tryNumbers(work, 0, Number(solution))).toBeUndefined();
});
