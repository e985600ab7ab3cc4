import { type Paid, type PayOrder, payOrder } from '#lib/checkout/pay-order.ts';
import { asAppError } from '#lib/platform/http/http.ts';
import { activeSpan } from '#lib/platform/tracing/tracing.ts';
import { recordSubmission } from '#lib/submissions/record-submission.ts';
import { inSubmissionSpan } from '#lib/submissions/trace-submission.ts';
import { newTrail } from '#lib/submissions/trail.ts';

/** A form is answered with a redirect, also after a refusal. */
const statusOfForm = 303;

/**
 * `payOrder`, with a record of which layer answered the attempt, and with which status. Throws only `AppError`s.
 */
export function payAndRecord(
  request: Omit<PayOrder, 'trail'>,
  requestId: string,
  { isForm = false } = {},
): Promise<Paid> {
  const trail = { ...newTrail(), ip: request.ip };
  const pay = () => payWithTrail({ ...request, trail }, requestId, isForm);
  return activeSpan() ? inSubmissionSpan(trail, pay) : pay();
}

async function payWithTrail(request: PayOrder, requestId: string, isForm: boolean): Promise<Paid> {
  const beganAt = performance.now();
  const { trail } = request;
  const record = (status: number, outcome: string) =>
    recordSubmission(trail, { requestId, status: isForm ? statusOfForm : status, outcome, beganAt });
  try {
    const paid = await payOrder(request);
    record(201, paid.created ? 'accepted' : 'replayed');
    return paid;
  } catch (error) {
    const known = asAppError(error, requestId);
    record(known.status, known.code);
    throw known;
  }
}
