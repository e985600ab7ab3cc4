import type { z } from 'zod';
import { nestFields } from '#lib/checkout/checkout-fields.ts';
import type { Submission } from '#lib/checkout/submission/schema.ts';
import { isChargeable } from '#lib/payment-provider/card-amounts.ts';
import { takesCards } from '#lib/payment-provider/takes-cards.ts';
import { AppError } from '#lib/platform/errors.ts';
import { isForm, mediaTypeOf, parseJson, parseOrThrow, readBody } from '#lib/platform/http/http.ts';

/** Far above the largest honest submission (about 4 KiB with every field full), and still harmless. */
const maxSubmissionBytes = 16 * 1024;

/** A body before validation, kept so that no typed value is lost when it is refused. */
export interface RawSubmission {
  isForm: boolean;
  /** The fields of a form post, by name. */
  typed: Record<string, string>;
  body: unknown;
}

/** Whether a request is a browser's form post, which is answered with pages instead of JSON. */
export function isFormPost(request: Request): boolean {
  return isForm(request.headers.get('content-type'));
}

/**
 * Reads the fields of the checkout form, by name. The last value of a repeated name counts.
 * Throws `unsupported_media_type`, `payload_too_large`, and `invalid_request` for text that isn't UTF-8.
 */
export async function readForm(request: Request): Promise<Record<string, string>> {
  if (!isFormPost(request)) {
    throw new AppError('unsupported_media_type', {
      detail: 'Send the form as application/x-www-form-urlencoded. Nothing was changed.',
    });
  }
  return Object.fromEntries(new URLSearchParams(await readBody(request, maxSubmissionBytes)));
}

/** Throws `unsupported_media_type`, `payload_too_large`, and `invalid_request` for invalid JSON. */
export async function readRawSubmission(request: Request): Promise<RawSubmission> {
  if (isFormPost(request)) {
    const typed = await readForm(request);
    return { isForm: true, typed, body: fromForm(typed) };
  }
  if (mediaTypeOf(request.headers.get('content-type')) === 'application/json') {
    return { isForm: false, typed: {}, body: parseJson(await readBody(request, maxSubmissionBytes)) };
  }
  throw new AppError('unsupported_media_type', {
    detail:
      'Send the order as application/json, or as a form (application/x-www-form-urlencoded). Nothing was ordered.',
  });
}

type SubmissionSchema = z.ZodType<Submission>;

/**
 * Validates a body. The idempotency key may be in the header, in the body, or in both if they are equal.
 * Throws `invalid_request` with the names of the fields.
 */
export function parseSubmission(
  raw: RawSubmission,
  idempotencyKey: string | null,
  schema: SubmissionSchema,
): Submission {
  const submission = readSubmission(raw, idempotencyKey, schema);
  const { payment, totalMinor, currency } = submission;
  const isPayable = takesCards() && isChargeable(totalMinor, currency);
  if (payment.method === 'card' && !isPayable) {
    const message = takesCards() ? 'card is not offered for so small an amount' : 'card is not offered here';
    throw new AppError('invalid_request', {
      detail: `payment.method: ${message}. Nothing was ordered.`,
      extra: { fields: [{ path: 'payment.method', message }] },
    });
  }
  return submission;
}

function readSubmission(
  { body }: RawSubmission,
  idempotencyKey: string | null,
  schema: SubmissionSchema,
): Submission {
  if (idempotencyKey === null || typeof body !== 'object' || body === null || Array.isArray(body)) {
    return parseOrThrow(schema, body);
  }
  const inBody = (body as { submitToken?: unknown }).submitToken;
  const submission = parseOrThrow(schema, { ...body, submitToken: idempotencyKey });
  if (inBody !== undefined && String(inBody).toLowerCase() !== submission.submitToken) {
    const message = 'must equal the Idempotency-Key header when both are given';
    throw new AppError('invalid_request', {
      detail: `submitToken ${message}. Nothing was ordered.`,
      extra: { fields: [{ path: 'submitToken', message }] },
    });
  }
  return submission;
}

/** Converts the flat text fields of a form to the equivalent JSON body. */
function fromForm(typed: Record<string, string>): Record<string, unknown> {
  return {
    ...nestFields((name) => typed[name]),
    submitToken: typed.submitToken,
    cartId: typed.cartId,
    cartVersion: wholeNumber(typed.cartVersion),
    totalMinor: wholeNumber(typed.totalMinor),
    currency: typed.currency,
    confirmDuplicate: typed.confirmDuplicate === 'true' || typed.confirmDuplicate === 'on',
  };
}

/** Converts digits to a number. Leaves any other text for the schema to refuse with the field's name. */
export function wholeNumber(text: string | undefined): number | string | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : text;
}
