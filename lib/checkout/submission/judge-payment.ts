import type { z } from 'zod';
import { paymentInputSchema } from '#lib/checkout/pay-order.ts';
import { earlierPaymentTokenSchema } from '#lib/checkout/submission/earlier-submission.ts';
import { readPayment } from '#lib/payments/payment-rows.ts';
import { db } from '#lib/platform/database/db.ts';
import { parseOrThrow } from '#lib/platform/http/http.ts';
import { isUuid } from '#lib/platform/text/uuid.ts';

interface JudgePayment {
  input: unknown;
  userId: string;
  /** The id of the order. */
  id: string;
}

type PaymentInput = z.output<typeof paymentInputSchema>;

/** The rules up to version 0.1; attempts of that time are replayed under them. */
const earlierInputSchema = paymentInputSchema.extend({ token: earlierPaymentTokenSchema });

/**
 * Validates an attempt to pay by the current rules. An existing attempt from the time of looser rules is
 * validated by those, so that it still gets its answer. Throws `invalid_request` with the names of the
 * fields.
 */
export async function judgePayment({ input, userId, id }: JudgePayment): Promise<PaymentInput> {
  try {
    return parseOrThrow(paymentInputSchema, input);
  } catch (refusal) {
    const earlier = earlierInputSchema.safeParse(input).data;
    if (!earlier || !isUuid(id)) throw refusal;
    const made = await readPayment(db(), { userId, orderId: id, attempt: earlier.attempt });
    if (made?.token !== earlier.token) throw refusal;
    return earlier;
  }
}
