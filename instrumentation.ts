import type { Instrumentation } from 'next';
import { isDatabaseAway } from '#lib/db-errors.ts';
import { noteUnavailable } from '#lib/page-status.ts';

/** Next tells it of every page that could not be drawn. */
export const onRequestError: Instrumentation.onRequestError = (error) => {
  if (isDatabaseAway(error)) noteUnavailable();
};
