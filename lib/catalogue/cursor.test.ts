import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor, type Position } from '#lib/catalogue/cursor.ts';
import { productSorts } from '#lib/catalogue/schema.ts';
import { AppError } from '#lib/platform/errors.ts';

const int32 = fc.integer({ min: 0, max: 2_147_483_647 });
const id = fc.uuid();
const position: fc.Arbitrary<Position> = fc.oneof(
  fc.record({ sort: fc.constantFrom('featured', 'price-asc', 'price-desc'), key: int32, id }),
  fc.record({ sort: fc.constant('newest'), key: fc.integer({ min: 0, max: 253_402_300_799_999 }), id }),
  fc.record({
    sort: fc.constant('title'),
    key: fc.string({ unit: 'grapheme', maxLength: 200 }).filter((title) => !title.includes('\0')),
    id,
  }),
) as fc.Arbitrary<Position>;

/** The error that reading the cursor throws. */
function refusalOf(cursor: string, sort: Position['sort']): AppError {
  try {
    decodeCursor(cursor, sort);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error(`the cursor ${cursor} was accepted`);
}

test('a cursor decodes to the place that it was created for, and is safe in a URL', () => {
  fc.assert(
    fc.property(position, (place) => {
      const cursor = encodeCursor(place);
      expect(cursor).toBe(encodeURIComponent(cursor));
      expect(decodeCursor(cursor, place.sort)).toEqual(place);
    }),
  );
});

test('any other text is an invalid request that names the cursor, with every sort', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom(...productSorts), (text, sort) => {
      const refusal = refusalOf(text, sort);
      expect(refusal.code).toBe('invalid_request');
      expect(refusal.options.extra).toMatchObject({ fields: [{ path: 'cursor' }] });
    }),
  );
});

test.each([
  ['a price that no column can hold', 'price-asc', 2_147_483_648],
  ['a price that is no whole number', 'price-asc', 12.5],
  ['a text where a number belongs', 'featured', '1; DROP TABLE product'],
  ['a time after the year 9999', 'newest', 9e15],
  ['a number where a title belongs', 'title', 7],
  ['a title with U+0000', 'title', 'a\0b'],
] as const)('a cursor made up with %s is refused before the database sees it', (_, sort, key) => {
  const cursor = Buffer.from(JSON.stringify([sort, key, crypto.randomUUID()])).toString('base64url');
  expect(refusalOf(cursor, sort).code).toBe('invalid_request');
});

test('a cursor of one sort does not continue another', () => {
  const cursor = encodeCursor({ sort: 'featured', key: 24, id: crypto.randomUUID() });
  expect(refusalOf(cursor, 'price-asc').message).toContain('sort=featured');
});
