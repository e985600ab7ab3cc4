import type { Instrumentation } from 'next';
import { isDatabaseAway } from '#lib/platform/database/db-errors.ts';
import { noteUnavailable } from '#lib/platform/http/page-status.ts';

/** Next calls this for every page that failed to render. */
export const onRequestError: Instrumentation.onRequestError = (error) => {
  if (isDatabaseAway(error)) noteUnavailable();
};
