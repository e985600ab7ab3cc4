import { expect, test } from 'vitest';
import { parseMoment } from './moment.ts';

test.each([
  ['2026-12-01T10:00:00Z', '2026-12-01T10:00:00.000000Z'],
  ['2026-12-01T10:00Z', '2026-12-01T10:00:00.000000Z'],
  ['2026-12-01T12:00:00+02:00', '2026-12-01T10:00:00.000000Z'],
  ['2026-12-01T10:00:00.759494Z', '2026-12-01T10:00:00.759494Z'],
  ['2026-12-01T10:00:00.9999999Z', '2026-12-01T10:00:00.999999Z'],
])('%s is a moment', (text, wanted) => {
  expect(parseMoment(text)?.text).toBe(wanted);
});

test.each(['', 'now', '2026-12-01', '2026-12-01T10:00:00', '2026-13-01T10:00:00Z', '10:00Z'])(
  '"%s" is none: a moment has a day, a time and a time zone',
  (text) => expect(parseMoment(text)).toBeUndefined(),
);
