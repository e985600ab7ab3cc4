import { readMetrics } from '#lib/checkout/order-metrics.ts';
import { registerJobMetrics } from '#lib/jobs/job-metrics.ts';
import { registerEmailMetrics } from '#lib/notifications/email/email-metrics.ts';
import { registerPaymentMetrics } from '#lib/payments/payment-metrics.ts';
import { env } from '#lib/platform/env.ts';
import { AppError } from '#lib/platform/errors.ts';
import { isLocalRequest, notAllowed, route } from '#lib/platform/http/http.ts';
import { sameBytes } from '#lib/platform/signing.ts';

export const dynamic = 'force-dynamic';

/**
 * Without a token, only the machine itself may read the metrics, and only while the shop is not
 * exposed.
 */
export const GET = route(async (request) => {
  const token = env().METRICS_TOKEN;
  const given = request.headers.get('authorization') ?? '';
  if (!token && !isLocalRequest(request.headers)) {
    throw new AppError('not_found', { detail: 'This shop shows no metrics: METRICS_TOKEN is not set.' });
  }
  if (token && !sameBytes(Buffer.from(given), Buffer.from(`Bearer ${token}`))) {
    throw new AppError('token_required', {
      detail: 'Metrics need the header "Authorization: Bearer" with the METRICS_TOKEN of this shop.',
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
  registerJobMetrics();
  registerEmailMetrics();
  registerPaymentMetrics();
  const { contentType, text } = await readMetrics();
  return new Response(text, { headers: { 'content-type': contentType, 'cache-control': 'no-store' } });
});

const refuse = notAllowed('GET');

export { refuse as DELETE, refuse as PATCH, refuse as POST, refuse as PUT };
