import { renderAgain } from '#app/catalogue-pages.ts';
import { recentlyChangedTags } from '#lib/catalogue/changed-tags.ts';
import { env } from '#lib/platform/env.ts';
import { AppError } from '#lib/platform/errors.ts';
import { requireBearer } from '#lib/platform/http/bearer.ts';
import { json, notAllowed, route } from '#lib/platform/http/http.ts';
import { logger } from '#lib/platform/logger.ts';
import { drainJobs } from '#lib/worker/drain-jobs.ts';

export const dynamic = 'force-dynamic';

/**
 * Limits the duration of the call on the platform, in seconds: `limitMs` plus the jobs that started
 * before it.
 */
export const maxDuration = 120;

const limitMs = 50_000;

/** Longer than the time between two calls, so that no change is missed when a call comes late. */
const changesSeconds = 150;

/**
 * Drains jobs on a platform that runs no worker process. The platform's cron calls it every minute
 * (vercel.json). There it also renders pages again that show something that has changed. It is safe to run next to a worker, and two calls may run at the same time.
 */
export const GET = route(async (request) => {
  const { CRON_SECRET } = env();
  if (CRON_SECRET.length === 0) {
    throw new AppError('not_found', {
      detail: 'This shop runs its jobs in a worker: CRON_SECRET is not set.',
    });
  }
  requireBearer(
    request,
    CRON_SECRET,
    'This call needs the header "Authorization: Bearer" with the CRON_SECRET of this shop.',
  );
  // First, because jobs may take all of the time.
  await renderChanged();
  return json(await drainJobs({ limitMs }));
});

/** Pages are rendered again after their `revalidate` time anyway, so a failure must not stop the jobs. */
async function renderChanged(): Promise<void> {
  try {
    renderAgain(await recentlyChangedTags(changesSeconds));
  } catch (error) {
    logger().warn({ err: error }, 'changed pages are not rendered again before their time');
  }
}

const refuse = notAllowed('GET');

export { refuse as DELETE, refuse as PATCH, refuse as POST, refuse as PUT };
