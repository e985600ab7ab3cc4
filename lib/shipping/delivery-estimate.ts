import { calendarDay } from '#lib/platform/text/day.ts';

/** When a parcel should arrive. Pure. */

/** How many working days a shipping method takes, from the order to the door. At least one. */
export interface DeliveryDays {
  min: number;
  max: number;
}

/** The first and the last day on which a parcel should arrive, as UTC midnights. */
export interface DeliveryEstimate {
  earliest: Date;
  latest: Date;
}

/**
 * Counts working days, Monday to Friday, from the day of the order in the shop's time zone. That day does not
 * count, whatever its hour. Public holidays are not known, so the dates are an estimate.
 */
export function estimateDelivery(orderedAt: Date, days: DeliveryDays, timeZone: string): DeliveryEstimate {
  const ordered = calendarDay(orderedAt, timeZone);
  return { earliest: workingDaysAfter(ordered, days.min), latest: workingDaysAfter(ordered, days.max) };
}

/** `Thu, Dec 3 – Mon, Dec 7`, or a single day. */
export function deliveryDates({ earliest, latest }: DeliveryEstimate): string {
  const [first, last] = [shortDay.format(earliest), shortDay.format(latest)];
  return first === last ? first : `${first} – ${last}`;
}

const shortDay = new Intl.DateTimeFormat('en-US', {
  weekday: 'short',
  month: 'short',
  day: 'numeric',
  timeZone: 'UTC',
});

function workingDaysAfter(day: Date, count: number): Date {
  const reached = new Date(day);
  for (let left = count; left > 0; ) {
    reached.setUTCDate(reached.getUTCDate() + 1);
    if (isWorkingDay(reached)) left -= 1;
  }
  return reached;
}

const isWorkingDay = (day: Date): boolean => day.getUTCDay() !== 0 && day.getUTCDay() !== 6;
