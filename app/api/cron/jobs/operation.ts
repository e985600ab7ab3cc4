import { type Operation, read } from '#app/api/openapi.json/operation.ts';
import { workedOffSchema } from '#lib/jobs/schema.ts';

export const runJobs: Operation = {
  ...read('Runs the jobs that are due, where no worker does', workedOffSchema, [
    'token_required',
    'not_found',
    'unavailable',
  ]),
  security: [{ cron: [] }],
};
