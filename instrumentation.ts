import type { Instrumentation } from 'next';
import { isDatabaseAway } from '#lib/platform/database/db-errors.ts';
import { noteUnavailable } from '#lib/platform/http/page-status.ts';

/** Next tells it of every page that could not be drawn. */
export const onRequestError: Instrumentation.onRequestError = (error) => {
  if (isDatabaseAway(error)) noteUnavailable();
};
