import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { newIp, openDecliningShop } from '#tests/abuse/declining-shop.ts';

/** Every table and every key in Redis has a rule in docs/operations.md that says how long its rows are kept. */

const { redis, sku, from, threeTimesDeclined } = await openDecliningShop({
  RATE_LIMIT_SHOPPER_PER_MIN: '1000',
  RATE_LIMIT_IP_PER_MIN: '1000',
  RATE_LIMIT_NEW_CARTS_PER_MIN: '1000',
});

const operations = readFileSync(path.resolve(import.meta.dirname, '../../docs/operations.md'), 'utf8');
const [section = ''] = /^## What is kept$.*?(?=^## )/ms.exec(operations) ?? [];
const namesInRows = [...section.matchAll(/^\| .*$/gm)].flatMap(([row]) =>
  [...row.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
);
const keysWithRule = namesInRows.filter((name) => name.startsWith('once:'));
/** Variables are in capitals. `orders` is also mentioned where it explains. */
const tablesWithRule = [...new Set(namesInRows)].filter((name) => /^[a-z_.]+$/.test(name));

test('every table of the database has a rule, and every rule a table', async () => {
  const tables = await db().$queryRaw<{ name: string }[]>`
    SELECT CASE relnamespace WHEN 'graphile_worker'::regnamespace THEN 'graphile_worker.' ELSE '' END || relname AS name
    FROM pg_class
    WHERE relkind IN ('r', 'p') AND NOT relispartition
      AND relnamespace IN (current_schema()::regnamespace, 'graphile_worker'::regnamespace)`;
  expect(tablesWithRule.sort()).toEqual(tables.map(({ name }) => name).sort());
});

test('every key in Redis has a rule and an end', async () => {
  const ordered = await shopperWith(from(newIp()), sku);
  expect((await ordered.order(await ordered.body())).status).toBe(201);
  const { pay } = await threeTimesDeclined();
  await pay(4);
  const keys = (await redis.command('KEYS', '*')) as string[];
  const patterns = keysWithRule.map(
    (rule) => new RegExp(`^${rule.replaceAll('*', '.*').replace('{…}', '\\{.*\\}')}$`),
  );
  expect(keys.filter((key) => !patterns.some((pattern) => pattern.test(key)))).toEqual([]);
  // A lock is deleted with the answer, a ping lasts a second, and an unasked challenge writes nothing.
  const isBrief = (rule: string) => /ping|challenge|turn|lock/.test(rule);
  const unseen = keysWithRule.filter((_, place) => !keys.some((key) => patterns[place]?.test(key)));
  expect(unseen.filter((rule) => !isBrief(rule))).toEqual([]);
  const dayMs = 24 * 3_600_000;
  for (const key of keys) {
    const endsInMs = Number(await redis.command('PTTL', key));
    // -2: it has ended meanwhile. -1: it has no end.
    expect([key, endsInMs === -2 || (endsInMs > 0 && endsInMs <= dayMs)]).toEqual([key, true]);
  }
});
