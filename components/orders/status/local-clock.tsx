'use client';

import { useSyncExternalStore } from 'react';

const never = () => () => undefined;

/** A time of day in the shopper's time zone. Where that is unknown, it is in UTC and says so. */
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
