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
 * A body by today's rules. One that they refuse and that made an order when the rules were looser
 * is taken as it was then, so that it still gets its answer, years later. Only a refused body costs
 * the look. Throws `invalid_request` with the fields named.
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
