import { expect, test } from 'vitest';
import { plainArray, textArray } from '#lib/platform/database/pg-array.ts';

test('values without special characters are written unquoted', () => {
  expect(plainArray([])).toBe('{}');
  expect(plainArray([1, null, -7])).toBe('{1,NULL,-7}');
  expect(plainArray(['0b7e2f3a-1111-4222-8333-444455556666', 'v1.a_b-c'])).toBe(
    '{0b7e2f3a-1111-4222-8333-444455556666,v1.a_b-c}',
  );
});

// How a real database reads them: tests/orders/order-writer.test.ts.
test('any text is quoted', () => {
  expect(textArray([])).toBe('{}');
  expect(textArray(['', 'NULL', null])).toBe('{"","NULL",NULL}');
  expect(textArray(['a,b', '{c}', 'd"e', 'f\\g'])).toBe('{"a,b","{c}","d\\"e","f\\\\g"}');
});
