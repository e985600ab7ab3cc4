import type { z } from 'zod';
import { earlierSubmissionSchema } from '#lib/checkout/submission/earlier-submission.ts';
import { parseSubmission, type RawSubmission } from '#lib/checkout/submission/read-submission.ts';
import { type Submission, submissionSchema, submissionSchemaOf } from '#lib/checkout/submission/schema.ts';
import { findOrderOfSubmission } from '#lib/orders/read/find-orders.ts';
import { db } from '#lib/platform/database/db.ts';
import { AppError } from '#lib/platform/errors.ts';
import { freshRules, knownRules } from '#lib/pricing/current-rules.ts';

interface JudgeSubmission {
  raw: RawSubmission;
  idempotencyKey: string | null;
  userId: string;
}

/**
 * Validates a body by the current rules. A body that made an order under earlier rules is validated by those,
 * so that it still gets its answer years later: then the shop may have shipped to another country, or allowed
 * other text. Only a refused body costs a database query. Throws `invalid_request` with the names of the
 * fields.
 */
export async function judgeSubmission(asked: JudgeSubmission): Promise<Submission> {
  const { raw, idempotencyKey, userId } = asked;
  const parse = (schema: z.ZodType<Submission>) => parseSubmission(raw, idempotencyKey, schema);
  const known = await knownRules();
  try {
    return parse(submissionSchemaOf(known));
  } catch (refusal) {
    // Valid, apart from what the shop offers. That may have changed since these rules were read.
    const anywhere = unlessRefused(() => parse(submissionSchema));
    if (anywhere && (await freshRules()) !== known) return judgeSubmission(asked);
    const earlier = anywhere ?? unlessRefused(() => parse(earlierSubmissionSchema));
    const order = earlier && (await findOrderOfSubmission(db(), { ...earlier, userId }));
    if (!order) throw refusal;
    return earlier;
  }
}

function unlessRefused(parse: () => Submission): Submission | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
