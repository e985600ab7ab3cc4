import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiResponseObject } from 'zod-openapi';
import { cartLineInputSchema, cartSchema } from '#lib/cart/schema.ts';
import { productListSchema, productQuerySchema, productSchema } from '#lib/catalogue/schema.ts';
import { paymentAcceptedSchema, paymentInputSchema } from '#lib/checkout/pay-order.ts';
import {
  acceptedSchema,
  alreadyOrderedSchema,
  submissionProblemExtras,
  submissionSchema,
  submissionStateSchema,
} from '#lib/checkout/submission/schema.ts';
import { workedOffSchema } from '#lib/jobs/schema.ts';
import { orderAccessAnswerSchema, orderAccessInputSchema } from '#lib/order-management/request-order-link.ts';
import { orderListQuerySchema, orderListSchema } from '#lib/orders/list-orders.ts';
import { orderSchema } from '#lib/orders/schema.ts';
import { eventReceivedSchema } from '#lib/payments/events/apply-event.ts';
import { type ProblemCode, problemCodes, problemStatus, problemTitle } from '#lib/platform/errors.ts';
import { readinessSchema } from '#lib/platform/readiness.ts';
import { checkoutQuerySchema, checkoutQuoteSchema } from '#lib/pricing/schema.ts';

/**
 * Generates the HTTP contract as OpenAPI 3.1 from the schemas that validate requests and shape answers.
 * The contract tests check every answer against this document.
 */
export function openApiDocument() {
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Once',
      version: '1.0.0',
      description:
        'A storefront in which one checkout makes one order. Money is integer minor units of an ISO 4217 currency; errors are problem documents (RFC 9457) with a stable `code`.',
    },
    paths: {
      '/api/health': { get: read('Is the process alive?', z.object({ status: z.literal('ok') }), []) },
      '/api/ready': {
        get: {
          summary: 'Can this process take orders?',
          responses: { '200': answer('Yes', readinessSchema), '503': answer('No, and why', readinessSchema) },
        },
      },
      '/api/products': {
        get: {
          ...read('Products, page by page', productListSchema, ['invalid_request', 'unavailable']),
          requestParams: { query: productQuerySchema },
        },
      },
      '/api/products/{slug}': {
        get: {
          ...read('One product', productSchema, ['not_found', 'unavailable']),
          requestParams: { path: z.object({ slug: z.string() }) },
        },
      },
      '/api/cart': {
        get: read("The shopper's open cart; sets the session cookie", cartSchema, ['unavailable']),
      },
      '/api/cart/lines/{sku}': { put: setLine },
      '/api/checkout': {
        get: {
          ...read('What the cart costs, and the token that submits it', checkoutQuoteSchema, [
            'invalid_request',
            'cart_empty',
            'unavailable',
          ]),
          security: [{ session: [] }],
          requestParams: { query: checkoutQuerySchema },
        },
      },
      '/api/orders': { get: listOrders, post: submitOrder },
      '/api/orders/{id}': {
        get: {
          ...read('The live order, for its owner', orderSchema, ['not_found', 'unavailable']),
          security: [{ session: [] }],
          requestParams: { path: z.object({ id: z.string() }) },
        },
      },
      '/api/orders/{id}/cancel': { post: cancelOrder },
      '/api/orders/{id}/payments': { post: payOrder },
      '/api/order-access': { post: requestOrderLink },
      '/api/webhooks/payments': { post: receiveEvent },
      '/api/submissions/{submitToken}': {
        get: {
          ...read('What became of a submission', submissionStateSchema, [
            'invalid_request',
            'session_required',
            'unavailable',
          ]),
          security: [{ session: [] }],
          requestParams: { path: z.object({ submitToken: z.string() }) },
        },
      },
      '/api/cron/jobs': {
        get: {
          ...read('Runs the jobs that are due, where no worker does', workedOffSchema, [
            'token_required',
            'not_found',
            'unavailable',
          ]),
          security: [{ cron: [] }],
        },
      },
    },
    components: {
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'once_session',
          description: 'Set by GET /api/cart. Over TLS its name is __Host-once_session.',
        },
        cron: { type: 'http', scheme: 'bearer' },
      },
    },
  });
}

/** Each problem has one named schema, which all calls that answer with it share. */
const problemSchemas = new Map<ProblemCode, z.ZodType>();

const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(problemCodes),
  detail: z.string().describe('What was wrong, what was kept, what to do; for a human.'),
  retryable: z.boolean().describe('Whether the same request, unchanged, may succeed later.'),
  requestId: z.string(),
  fields: z
    .array(z.object({ path: z.string(), message: z.string() }))
    .optional()
    .describe('The fields that were not valid'),
});

const setLine: ZodOpenApiOperationObject = {
  summary: 'Sets a line of the cart; 0 removes it',
  requestParams: {
    path: z.object({ sku: z.string() }),
    header: z.object({ 'If-Match': z.string().optional().describe('The version that was seen: `"3"`') }),
  },
  requestBody: { content: { 'application/json': { schema: cartLineInputSchema } } },
  responses: {
    '200': answer('The cart', cartSchema),
    ...problems(
      'invalid_request',
      'foreign_origin',
      'not_found',
      'cart_limit',
      'precondition_failed',
      'payload_too_large',
      'unsupported_media_type',
      'rate_limited',
      'unavailable',
    ),
  },
};

const listOrders: ZodOpenApiOperationObject = {
  ...read("The shopper's own orders, newest first", orderListSchema, [
    'invalid_request',
    'session_required',
    'unavailable',
  ]),
  security: [{ session: [] }],
  requestParams: { query: orderListQuerySchema },
};

const replayHeader = {
  'Idempotent-Replayed': { schema: { type: 'string' as const }, description: '`true` on a replay' },
};

const submitOrder: ZodOpenApiOperationObject = {
  summary: 'Places the order: once, however often it is sent',
  description:
    'The key is the submit token of `GET /api/checkout`. A form post with the same field names (nested ones with dots) is answered with 303.',
  security: [{ session: [] }],
  requestParams: {
    header: z.object({ 'Idempotency-Key': z.string().optional().describe("Or the body's submitToken") }),
  },
  requestBody: { content: { 'application/json': { schema: submissionSchema } } },
  responses: {
    '200': answer('Another token of a cart that was ordered already', alreadyOrderedSchema),
    '201': { ...answer('Accepted, now or before', acceptedSchema), headers: replayHeader },
    ...problems(
      'invalid_request',
      'session_required',
      'payment_declined',
      'foreign_origin',
      'cart_changed',
      'out_of_stock',
      'order_limit',
      'possible_duplicate',
      'in_progress',
      'cart_limit',
      'payload_too_large',
      'unsupported_media_type',
      'token_invalid',
      'key_reused',
      'rate_limited',
      'overloaded',
      'unavailable',
    ),
  },
};

const cancelOrder: ZodOpenApiOperationObject = {
  summary: 'Cancels an order before fulfilment; again is the same as once',
  security: [{ session: [] }],
  requestParams: { path: z.object({ id: z.string() }) },
  responses: {
    '200': { ...answer('The order as it is now', orderSchema), headers: replayHeader },
    ...problems(
      'session_required',
      'foreign_origin',
      'not_found',
      'not_cancellable',
      'payment_unsettled',
      'rate_limited',
      'unavailable',
    ),
  },
};

const payOrder: ZodOpenApiOperationObject = {
  summary: 'The next attempt to pay an order by card; the same attempt again is the same payment',
  description: "A form post with the same field names is answered with 303 to the order's page.",
  security: [{ session: [] }],
  requestParams: { path: z.object({ id: z.string() }) },
  requestBody: { content: { 'application/json': { schema: paymentInputSchema } } },
  responses: {
    '201': {
      ...answer('The card was charged, or will be known to be', paymentAcceptedSchema),
      headers: replayHeader,
    },
    ...problems(
      'invalid_request',
      'session_required',
      'payment_declined',
      'foreign_origin',
      'not_found',
      'not_payable',
      'wrong_attempt',
      'payment_unsettled',
      'payload_too_large',
      'unsupported_media_type',
      'key_reused',
      'rate_limited',
      'unavailable',
    ),
  },
};

const requestOrderLink: ZodOpenApiOperationObject = {
  summary: 'Sends the link to an order by email, if number and email address belong together',
  description:
    'The answer is the same whether they do or not. The link shows the order read-only in any browser. A form post with the same field names is answered with 303.',
  requestBody: { content: { 'application/json': { schema: orderAccessInputSchema } } },
  responses: {
    '202': answer('Received', orderAccessAnswerSchema),
    ...problems(
      'invalid_request',
      'payload_too_large',
      'unsupported_media_type',
      'rate_limited',
      'unavailable',
    ),
  },
};

const receiveEvent: ZodOpenApiOperationObject = {
  summary: "The payment provider's events, each applied once",
  description: 'The body is signed by the provider. Anything but 200 means that it is to be sent again.',
  requestParams: { header: z.object({ 'Stripe-Signature': z.string() }) },
  requestBody: {
    content: { 'application/json': { schema: z.looseObject({ id: z.string(), type: z.string() }) } },
  },
  responses: {
    '200': answer('Received', eventReceivedSchema),
    ...problems('signature_invalid', 'invalid_request', 'not_found', 'payload_too_large', 'unavailable'),
  },
};

function read(summary: string, schema: z.ZodType, codes: ProblemCode[]): ZodOpenApiOperationObject {
  return { summary, responses: { '200': answer('OK', schema), ...problems(...codes) } };
}

function answer(description: string, schema: z.ZodType): ZodOpenApiResponseObject {
  return { description, content: { 'application/json': { schema } } };
}

/** One response per status. When several problems share a status, the response allows any of them. */
function problems(
  ...codes: ProblemCode[]
): Record<`${1 | 2 | 3 | 4 | 5}${string}`, ZodOpenApiResponseObject> {
  const byStatus = Map.groupBy(codes, problemStatus);
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => {
      const schemas = ofStatus.map((code) => problemOf(code));
      const schema = schemas.length === 1 ? schemas[0] : z.union(schemas);
      return [
        String(status),
        { description: ofStatus.join(', '), content: { 'application/problem+json': { schema } } },
      ];
    }),
  );
}

function problemOf(code: ProblemCode): z.ZodType {
  const known = problemSchemas.get(code);
  if (known) return known;
  const extra = submissionProblemExtras[code as keyof typeof submissionProblemExtras];
  const schema = problemSchema
    .extend({ code: z.literal(code), ...extra?.shape })
    .meta({ id: `Problem.${code}`, description: `${problemTitle(code)} (RFC 9457)` });
  problemSchemas.set(code, schema);
  return schema;
}
