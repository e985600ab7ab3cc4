import { z } from 'zod';
import { type Operation, read } from '#app/api/openapi.json/operation.ts';
import { submissionStateSchema } from '#lib/checkout/submission/schema.ts';

export const getSubmission: Operation = {
  ...read('What became of a submission', submissionStateSchema, [
    'invalid_request',
    'session_required',
    'unavailable',
  ]),
  security: [{ session: [] }],
  requestParams: { path: z.object({ submitToken: z.string() }) },
};
