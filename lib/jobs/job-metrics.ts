import { jobTally } from '#lib/jobs/queue-tables.ts';
import { histogram } from '#lib/platform/metrics.ts';
import type { StateGauges } from '#lib/platform/scrape/state-gauges.ts';

const seconds = histogram({
  name: 'once_job_seconds',
  help: 'Runs of jobs by task and result: succeeded, retried (the run failed and will be repeated) or failed (for good)',
  labelNames: ['task', 'result'],
  buckets: [0.01, 0.1, 0.5, 2, 10, 60],
});

export function countJob(task: string, result: 'succeeded' | 'retried' | 'failed', ms: number): void {
  seconds.observe({ task, result }, ms / 1_000);
}

export const jobState: StateGauges = {
  gauges: [
    { name: 'once_jobs_waiting', help: 'Jobs that are due and that no worker has taken yet' },
    {
      name: 'once_jobs_failed',
      help: 'Jobs that have had their last try and wait for an operator: npm run jobs',
    },
    {
      name: 'once_jobs_oldest_seconds',
      help: 'How long the job that is due and has waited longest has waited',
    },
    {
      name: 'once_jobs',
      help: 'Jobs by task and state: waiting (due), retrying (a run failed, another follows), failed',
      labelNames: ['task', 'state'],
    },
  ],
  rows: jobTally,
};
