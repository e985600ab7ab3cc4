import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Tx } from '#lib/platform/database/db.ts';
import { takeProcessWide } from '#lib/platform/process-wide.ts';
import { currentRules, freshRules, knownRules, rulesOfVersion } from '#lib/pricing/current-rules.ts';
import type { PricingRules } from '#lib/pricing/rules.ts';
import { firstRules } from '#lib/pricing/rules-samples.ts';

const database = vi.hoisted(() => ({ $queryRaw: vi.fn() }));
vi.mock('#lib/platform/database/db.ts', () => ({ db: () => database }));
vi.mock('#lib/platform/logger.ts', () => ({ logger: () => ({ warn: vi.fn() }) }));

const answer = (rules: PricingRules) => [{ rules: JSON.stringify(rules) }];
const later = { ...firstRules, version: 2, homeCountry: 'DE' };

beforeEach(() => {
  vi.useFakeTimers();
  database.$queryRaw.mockResolvedValue(answer(firstRules));
});
afterEach(() => {
  vi.useRealTimers();
  vi.resetAllMocks();
  takeProcessWide('pricingRules');
});

test('the rules are read once in two seconds, by one query for all who wait', async () => {
  await Promise.all([currentRules(), currentRules(), knownRules()]);
  vi.advanceTimersByTime(1_999);
  await currentRules();
  expect(database.$queryRaw).toHaveBeenCalledOnce();
  vi.advanceTimersByTime(1);
  database.$queryRaw.mockResolvedValue(answer(later));
  expect(await currentRules()).toEqual(later);
  expect(database.$queryRaw).toHaveBeenCalledTimes(2);
});

test('unchanged rules stay the same object', async () => {
  const first = await currentRules();
  expect(await freshRules()).toBe(first);
});

test('known rules may be of any age, and cost no query', async () => {
  const first = await currentRules();
  vi.advanceTimersByTime(3_600_000);
  expect(await knownRules()).toBe(first);
  expect(database.$queryRaw).toHaveBeenCalledOnce();
});

test('while the database is away, the last known rules are used, and without any it is an error', async () => {
  database.$queryRaw.mockRejectedValueOnce(new Error('away'));
  await expect(currentRules()).rejects.toThrow('away');
  const first = await currentRules();
  vi.advanceTimersByTime(5_000);
  database.$queryRaw.mockRejectedValueOnce(new Error('away'));
  expect(await currentRules()).toBe(first);
});

test('a transaction with the version in memory sends no query, and with another version reads the rules', async () => {
  const first = await currentRules();
  const tx = { $queryRaw: vi.fn().mockResolvedValue(answer(later)) };
  expect(await rulesOfVersion(tx as unknown as Tx, 1)).toBe(first);
  expect(tx.$queryRaw).not.toHaveBeenCalled();
  expect(await rulesOfVersion(tx as unknown as Tx, 2)).toEqual(later);
  // From here on, everyone in this process has them.
  expect(await currentRules()).toEqual(later);
  expect(await rulesOfVersion(tx as unknown as Tx, 2)).toEqual(later);
  expect(tx.$queryRaw).toHaveBeenCalledOnce();
});

test('a read that began before another and ends after it does not bring older rules back', async () => {
  const slow = Promise.withResolvers<unknown>();
  database.$queryRaw.mockReturnValueOnce(slow.promise);
  const reading = currentRules();
  vi.advanceTimersByTime(1);
  await rulesOfVersion({ $queryRaw: async () => answer(later) } as unknown as Tx, 2);
  slow.resolve(answer(firstRules));
  await reading;
  expect(await currentRules()).toEqual(later);
});
