import { jobState } from '#lib/jobs/job-metrics.ts';
import { emailState } from '#lib/notifications/email/email-metrics.ts';
import { paymentState } from '#lib/payments/payment-metrics.ts';
import { archiveState } from '#lib/platform/database/archive-state.ts';
import { databaseState } from '#lib/platform/database/database-state.ts';
import { env } from '#lib/platform/env.ts';
import { AppError } from '#lib/platform/errors.ts';
import { requireBearer } from '#lib/platform/http/bearer.ts';
import { isLocalRequest, notAllowed, route } from '#lib/platform/http/http.ts';
import { metrics } from '#lib/platform/metrics.ts';
import { gatherMetrics } from '#lib/platform/scrape/gather-metrics.ts';
import { readState } from '#lib/platform/scrape/state-gauges.ts';
import { discrepancyState } from '#lib/reconciliation/discrepancy-metrics.ts';

export const dynamic = 'force-dynamic';

/**
 * Without a token, only the machine itself may read the metrics, and only while the shop is not
 * exposed.
 */
export const GET = route(async (request) => {
  const tokens = env().METRICS_TOKEN;
  if (tokens.length > 0) {
    requireBearer(
      request,
      tokens,
      'Metrics need the header "Authorization: Bearer" with the METRICS_TOKEN of this shop.',
    );
  } else if (!isLocalRequest(request.headers)) {
    throw new AppError('not_found', { detail: 'This shop shows no metrics: METRICS_TOKEN is not set.' });
  }
  const [processes, state] = await Promise.all([
    gatherMetrics(),
    readState([jobState, emailState, paymentState, discrepancyState, databaseState, archiveState]),
  ]);
  const headers = { 'content-type': metrics().contentType, 'cache-control': 'no-store' };
  return new Response(`${processes}\n${state}`, { headers });
});

const refuse = notAllowed('GET');

export { refuse as DELETE, refuse as PATCH, refuse as POST, refuse as PUT };
