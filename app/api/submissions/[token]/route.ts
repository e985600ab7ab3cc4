import { AppError } from '#lib/errors.ts';
import { json, notAllowed, route } from '#lib/http.ts';
import { getSubmission } from '#lib/orders/get-submission.ts';
import { requireSession } from '#lib/session.ts';
import { isUuid } from '#lib/uuid.ts';

export const GET = route<{ params: Promise<{ token: string }> }>(async (request, { params }) => {
  const userId = await requireSession(request);
  const submitToken = (await params).token.toLowerCase();
  if (!isUuid(submitToken)) {
    const message = 'must be a UUID';
    throw new AppError('invalid_request', {
      detail: `The submit token ${message}.`,
      extra: { fields: [{ path: 'submitToken', message }] },
    });
  }
  return json(await getSubmission({ userId, submitToken }));
});

const refuse = notAllowed('GET');

export { refuse as DELETE, refuse as PATCH, refuse as POST, refuse as PUT };
