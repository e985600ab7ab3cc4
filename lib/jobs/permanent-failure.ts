/**
 * Thrown by a job that no further try would help: it ends where an operator sees it
 * (`npm run jobs`) and is not tried again until they say so.
 */
export class PermanentFailure extends Error {}
