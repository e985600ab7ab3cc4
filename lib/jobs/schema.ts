import { z } from 'zod';

/** The response of the cron endpoint. */
export const workedOffSchema = z
  .object({
    succeeded: z.int(),
    failed: z.int().describe('Tries that failed; the jobs are tried again later.'),
    failedForGood: z.int().describe('Jobs that had their last try.'),
    outOfTime: z.boolean().describe('Whether time was up before there was nothing left to do.'),
  })
  .meta({ id: 'WorkedOff', description: 'What came of the jobs that were run.' });

export type DrainedJobs = z.output<typeof workedOffSchema>;
