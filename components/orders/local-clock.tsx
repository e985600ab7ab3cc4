'use client';

import { useSyncExternalStore } from 'react';

const never = () => () => undefined;

/** A time of this day, by the shopper's own clock; in UTC, and said to be, where that isn't known. */
export function LocalClock({ iso }: { iso: string }) {
  const text = useSyncExternalStore(
    never,
    () => new Intl.DateTimeFormat('en-US', { timeStyle: 'short' }).format(new Date(iso)),
    () =>
      `${new Intl.DateTimeFormat('en-US', { timeStyle: 'short', timeZone: 'UTC' }).format(new Date(iso))} UTC`,
  );
  return (
    <time dateTime={iso} className="figures whitespace-nowrap">
      {text}
    </time>
  );
}
