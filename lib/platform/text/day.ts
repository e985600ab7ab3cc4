/** Calendar days in a time zone. Making a format costs more than using it, so each is made once. */

interface Formats {
  words: Intl.DateTimeFormat;
  numbers: Intl.DateTimeFormat;
}

const made = new Map<string, Formats>();

function formatsIn(timeZone: string): Formats {
  let formats = made.get(timeZone);
  if (!formats) {
    formats = {
      words: new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone }),
      numbers: new Intl.DateTimeFormat('en-US', {
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        timeZone,
      }),
    };
    made.set(timeZone, formats);
  }
  return formats;
}

/** `November 24, 2026`: the day of a time, in words. */
export const dayInWords = (time: Date, timeZone: string): string => formatsIn(timeZone).words.format(time);

/** The day of a time, as the midnight of that day in UTC. So days can be compared and counted. */
export function calendarDay(time: Date, timeZone: string): Date {
  const parts = formatsIn(timeZone).numbers.formatToParts(time);
  const numberOf = (wanted: string) => Number(parts.find(({ type }) => type === wanted)?.value);
  return new Date(Date.UTC(numberOf('year'), numberOf('month') - 1, numberOf('day')));
}
