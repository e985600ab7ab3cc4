import fc from 'fast-check';
import { expect, test } from 'vitest';
import { calendarDay } from '#lib/platform/text/day.ts';
import { deliveryDates, estimateDelivery } from '#lib/shipping/delivery-estimate.ts';

const standard = { min: 3, max: 5 };
const datesOf = (orderedAt: string, days = standard, timeZone = 'UTC') =>
  deliveryDates(estimateDelivery(new Date(orderedAt), days, timeZone));

test.each([
  // Over a weekend, from each side of it.
  ['2026-11-30T10:00:00Z', 'Thu, Dec 3 – Mon, Dec 7'],
  ['2026-12-04T10:00:00Z', 'Wed, Dec 9 – Fri, Dec 11'],
  ['2026-12-05T10:00:00Z', 'Wed, Dec 9 – Fri, Dec 11'],
  ['2026-12-06T23:59:59Z', 'Wed, Dec 9 – Fri, Dec 11'],
  ['2026-12-07T00:00:00Z', 'Thu, Dec 10 – Mon, Dec 14'],
  // Over the ends of months and years, and over February 29.
  ['2026-12-29T10:00:00Z', 'Fri, Jan 1 – Tue, Jan 5'],
  ['2028-02-25T10:00:00Z', 'Wed, Mar 1 – Fri, Mar 3'],
  ['2027-02-25T10:00:00Z', 'Tue, Mar 2 – Thu, Mar 4'],
])('an order of %s with 3–5 working days arrives %s', (orderedAt, dates) => {
  expect(datesOf(orderedAt)).toBe(dates);
});

test('a method of exactly one day names one day', () => {
  expect(datesOf('2026-12-04T10:00:00Z', { min: 1, max: 1 })).toBe('Mon, Dec 7');
});

test.each([
  // 23:30 on Sunday in UTC is Monday in Tokyo, and 03:00 on Monday is Sunday in Los Angeles.
  ['2026-12-06T23:30:00Z', 'UTC', 'Mon, Dec 7'],
  ['2026-12-06T23:30:00Z', 'Asia/Tokyo', 'Tue, Dec 8'],
  ['2026-12-07T03:00:00Z', 'UTC', 'Tue, Dec 8'],
  ['2026-12-07T03:00:00Z', 'America/Los_Angeles', 'Mon, Dec 7'],
  // The night on which clocks change: 25 hours of one Sunday.
  ['2026-11-01T06:59:00Z', 'America/Los_Angeles', 'Mon, Nov 2'],
  ['2026-11-02T07:59:00Z', 'America/Los_Angeles', 'Mon, Nov 2'],
  ['2026-11-02T08:00:00Z', 'America/Los_Angeles', 'Tue, Nov 3'],
  ['2026-12-31T11:00:00Z', 'Pacific/Kiritimati', 'Mon, Jan 4'],
])('the day of an order of %s is that of %s', (orderedAt, timeZone, day) => {
  expect(datesOf(orderedAt, { min: 1, max: 1 }, timeZone)).toBe(day);
});

test('an estimate never names a weekend, a day before the order, or its days in the wrong order', () => {
  const days = fc.tuple(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 0, max: 90 }));
  const time = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(
      time,
      days,
      fc.constantFrom('UTC', 'Asia/Kolkata', 'America/St_Johns'),
      (at, [min, more], zone) => {
        const { earliest, latest } = estimateDelivery(at, { min, max: min + more }, zone);
        expect(earliest.getTime()).toBeLessThanOrEqual(latest.getTime());
        for (const day of [earliest, latest]) expect([0, 6]).not.toContain(day.getUTCDay());
        expect(earliest.getTime()).toBeGreaterThan(calendarDay(at, zone).getTime());
      },
    ),
  );
});
