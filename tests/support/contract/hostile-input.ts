import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect } from 'vitest';
import { Prisma } from '#lib/generated/prisma/client.ts';
import { db } from '#lib/platform/database/db.ts';

/** Input that an attacker may send to a shop, and a check that the shop wrote none of it. */

/** Too long for a PostgreSQL index. PostgreSQL compresses index values, but it can't compress this one. */
export const incompressible = createHash('shake256', { outputLength: 4_000 }).digest('hex');

/** Texts that are known to break software: a short version of the lists that testers use. */
const texts = [
  '',
  ' ',
  '0',
  '-1',
  '01',
  '1e3',
  '0x10',
  '9'.repeat(400),
  'null',
  'undefined',
  'NaN',
  'true',
  '\u0000',
  'a\u0000b',
  'a\r\nset-cookie: once_session=x',
  '\ud800',
  'a\udfffb',
  '\ufeff',
  '\u202egnirts',
  '\u200b',
  'é'.normalize('NFD'),
  '😀'.repeat(50),
  'x'.repeat(5_000),
  incompressible,
  '.',
  '../../etc/passwd',
  '//evil.example/',
  "'; DROP TABLE orders; --",
  '<script>alert(1)</script>',
  '%00',
  '%',
  '%zz',
  '{{7*7}}',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
];

/** Any text, often one of the above. It may contain halves of surrogate pairs. */
export const hostileText = fc.oneof(
  fc.constantFrom(...texts),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ maxLength: 60 }),
);

/** Any JSON value. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({ withNullPrototype: false, maxDepth: 3 }).map(jsonable),
  hostileText,
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0.1,
    1e308,
    2 ** 31,
    Number.MAX_SAFE_INTEGER,
    [],
    {},
    { toString: 'x' },
    // Written as a literal, this would set the prototype and be missing from the JSON.
    JSON.parse('{"__proto__":{"admin":true}}'),
    { constructor: { prototype: {} } },
  ),
);

/** Converts a value to JSON and back: undefined, functions and big numbers have no JSON. */
function jsonable(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null');
  } catch {
    return null;
  }
}

/** A value close to the text, or one that some conversion would turn into it. */
export function nearly(text: string): fc.Arbitrary<unknown> {
  return fc.constantFrom<unknown>(
    [text],
    [[text]],
    { text },
    `${text}\u0000`,
    `${text}\n`,
    ` ${text}`,
    `{${text}}`,
    text.slice(1),
  );
}

/**
 * One segment of a path, encoded. Without `.` and `..`, which URLs resolve, and without half surrogate pairs,
 * which no address can contain.
 */
export const hostileSegment = hostileText
  .map((text) => encodeURIComponent(text.toWellFormed()))
  .filter((part) => !['', '.', '..'].includes(part));

/** The value of a header, within what HTTP allows. */
export const hostileHeader = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'abc019;=,. "%_-{}'), maxLength: 80 }),
  fc.constantFrom('', '*', 'null', 'W/"1"', '"-1"', '"9999999999"', 'Bearer', 'Bearer ', 'Basic Og==', 'é'),
  fc.constantFrom('x'.repeat(8_000), '__proto__', 't=1,v1=', 't=1,v1=00,v1=11', `t=${2 ** 53},v1=a`),
);

export const hostileContentType = fc.constantFrom(
  'application/json',
  'application/json; charset=utf-16',
  'APPLICATION/JSON',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/plain',
  '',
  'application/json,text/html',
);

export const hostileBytes = fc
  .oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.json().map((text) => new TextEncoder().encode(text)),
    fc
      .constantFrom(
        '{"__proto__":{}}',
        '[[[[[[',
        '"',
        '{"a":1,"a":2}',
        'a=b&a=c&%',
        '\ufeff{}',
        'null',
        '[]',
        '0',
      )
      .map((text) => new TextEncoder().encode(text)),
    fc.constantFrom('['.repeat(1_500), '9'.repeat(1_500)).map((text) => new TextEncoder().encode(text)),
  )
  .map((bytes) => Buffer.from(bytes));

/** The tables that matter: what was bought, sold and paid, and the jobs that are still to run. */
const tables = [
  'orders',
  'order_line',
  'order_event',
  'payment',
  'refund',
  'stock',
  'cart',
  'cart_line',
  'payment_event',
  'mail',
  'webhook_delivery',
  'order_number',
  'order_link_quota',
  'graphile_worker._private_jobs',
] as const;

export type Table = (typeof tables)[number];

/**
 * The state of every table: its number of rows and a hash of them, without the time of the last provider
 * query.
 */
async function written(except: readonly Table[]): Promise<unknown> {
  const looks = tables
    .filter((table) => !except.includes(table))
    .map((table) =>
      Prisma.raw(`
        SELECT '${table}' AS table, count(*)::int AS rows,
               md5(coalesce(string_agg(row::text, '' ORDER BY row::text), '')) AS hash
        FROM (SELECT to_jsonb(entry) - 'asked_at' AS row FROM ${table} entry) AS rows`),
    );
  return db().$queryRaw`${Prisma.join(looks, ' UNION ALL ')}`;
}

/**
 * Runs `work` and expects every row of every table to be unchanged: no new or changed order, no stock taken,
 * no job added.
 */
export async function writesNothing<T>(
  work: () => Promise<T>,
  { except = [] }: { except?: readonly Table[] } = {},
): Promise<T> {
  const before = await written(except);
  const done = await work();
  expect(await written(except)).toEqual(before);
  return done;
}
