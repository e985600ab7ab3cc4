import type { CronItem, JobHelpers } from 'graphile-worker';
import type { JobName, JobPayloads } from '#lib/jobs/jobs.ts';

type Tasks = { [Name in JobName]: (payload: JobPayloads[Name], helpers: JobHelpers) => Promise<void> };

/** What runs for each job. Every one of them may run twice and comes to the same. */
export const tasks: Partial<Tasks> = {};

/**
 * What runs by the clock. One try each, because the next minute brings another; the key keeps a
 * worker that was away from finding a heap of them.
 */
export const cronItems: CronItem[] = [];
