import { env } from '#lib/platform/env.ts';
import { AppError } from '#lib/platform/errors.ts';
import { json, notAllowed, route } from '#lib/platform/http/http.ts';
import { sameBytes } from '#lib/platform/signing.ts';
import { drainJobs } from '#lib/worker/drain-jobs.ts';

export const dynamic = 'force-dynamic';

/** How long the platform lets the call run, in seconds: `limitMs`, and the jobs that were begun by then. */
export const maxDuration = 120;

const limitMs = 50_000;

/**
 * The worker of a platform without processes of one's own: called every minute by its clock
 * (vercel.json), it does what there is to do. Harmless beside a worker, and twice at once.
 */
export const GET = route(async (request) => {
  const { CRON_SECRET } = env();
  if (!CRON_SECRET) {
    throw new AppError('not_found', {
      detail: 'This shop runs its jobs in a worker: CRON_SECRET is not set.',
    });
  }
  const given = request.headers.get('authorization') ?? '';
  if (!sameBytes(Buffer.from(given), Buffer.from(`Bearer ${CRON_SECRET}`))) {
    throw new AppError('token_required', {
      detail: 'This call needs the header "Authorization: Bearer" with the CRON_SECRET of this shop.',
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
  return json(await drainJobs({ limitMs }));
});

const refuse = notAllowed('GET');

export { refuse as DELETE, refuse as PATCH, refuse as POST, refuse as PUT };
