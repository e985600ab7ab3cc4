import { getSubmission } from '#lib/checkout/get-submission.ts';
import { AppError } from '#lib/platform/errors.ts';
import { json, notAllowed, route } from '#lib/platform/http/http.ts';
import { requireSession } from '#lib/platform/session/session.ts';
import { isUuid } from '#lib/platform/text/uuid.ts';

export const GET = route<{ params: Promise<{ token: string }> }>(async (request, { params }) => {
  const { shopperId: userId } = await requireSession(request);
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
