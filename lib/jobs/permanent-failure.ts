/**
 * Thrown by a job that no retry can help. An operator sees the job in `npm run jobs`, and it is retried
 * only if they ask for it.
 */
export class PermanentFailure extends Error {}
