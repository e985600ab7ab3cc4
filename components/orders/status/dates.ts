const longDate = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'UTC' });

/** Formats the day in UTC as `November 24, 2026`: the same on the server and in every browser. */
export const formatDay = (isoTime: string): string => longDate.format(new Date(isoTime));
