import { earlierSubmissionSchema } from '#lib/checkout/submission/earlier-submission.ts';
import { parseSubmission, type RawSubmission } from '#lib/checkout/submission/read-submission.ts';
import type { Submission } from '#lib/checkout/submission/schema.ts';
import { findOrderOfSubmission } from '#lib/orders/find-orders.ts';
import { db } from '#lib/platform/database/db.ts';
import { AppError } from '#lib/platform/errors.ts';

interface JudgeSubmission {
  raw: RawSubmission;
  idempotencyKey: string | null;
  userId: string;
}

/**
 * Validates a body by the current rules. A body that made an order under earlier, looser rules is validated
 * by those, so that it still gets its answer years later. Only a refused body costs a database query.
 * Throws `invalid_request` with the names of the fields.
 */
export async function judgeSubmission({ raw, idempotencyKey, userId }: JudgeSubmission): Promise<Submission> {
  try {
    return parseSubmission(raw, idempotencyKey);
  } catch (refusal) {
    const earlier = asEarlier(raw, idempotencyKey);
    const order = earlier && (await findOrderOfSubmission(db(), { ...earlier, userId }));
    if (!order) throw refusal;
    return earlier;
  }
}

function asEarlier(raw: RawSubmission, idempotencyKey: string | null): Submission | undefined {
  try {
    return parseSubmission(raw, idempotencyKey, earlierSubmissionSchema);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
