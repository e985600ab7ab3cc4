import { expect, test, vi } from 'vitest';
import { batchOf } from '#lib/orders/batch/order-writer.ts';

vi.stubEnv('DATABASE_URL', 'postgresql://127.0.0.1/none');
vi.stubEnv('ONCE_SECRET', 'a-secret-of-at-least-32-characters');

test('a batch takes a few submissions together, half of a crowd, and never more than 128', () => {
  const sizes = [1, 2, 32, 33, 64, 65, 128, 200, 256, 1_000].map((waiting) => [waiting, batchOf(waiting)]);
  expect(sizes).toEqual([
    [1, 1],
    [2, 2],
    [32, 32],
    [33, 32],
    [64, 32],
    [65, 33],
    [128, 64],
    [200, 100],
    [256, 128],
    [1_000, 128],
  ]);
});
