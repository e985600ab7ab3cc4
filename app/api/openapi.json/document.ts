import { createDocument, type ZodOpenApiObject } from 'zod-openapi';
import { setLine } from '#app/api/cart/lines/[sku]/operation.ts';
import { getCart } from '#app/api/cart/operation.ts';
import { getQuote } from '#app/api/checkout/operation.ts';
import { runJobs } from '#app/api/cron/jobs/operation.ts';
import { checkHealth } from '#app/api/health/operation.ts';
import { requestOrderLink } from '#app/api/order-access/operation.ts';
import { cancelOrder } from '#app/api/orders/[id]/cancel/operation.ts';
import { getOrder } from '#app/api/orders/[id]/operation.ts';
import { payOrder } from '#app/api/orders/[id]/payments/operation.ts';
import { listOrders, submitOrder } from '#app/api/orders/operation.ts';
import { getProduct } from '#app/api/products/[slug]/operation.ts';
import { listProducts } from '#app/api/products/operation.ts';
import { checkReadiness } from '#app/api/ready/operation.ts';
import { getSubmission } from '#app/api/submissions/[token]/operation.ts';
import { receiveEvent } from '#app/api/webhooks/payments/operation.ts';
import { submissionSchema } from '#lib/checkout/submission/schema.ts';
import { offeredMethods, type PricingRules, servedCountries } from '#lib/pricing/rules.ts';
import { checkoutQuerySchema } from '#lib/pricing/schema.ts';
import { countryCodeSchema } from '#lib/shipping/shipping-address.ts';

/**
 * Generates the HTTP contract as OpenAPI 3.1 from the schemas that validate requests and shape answers.
 * The contract tests check every answer against this document. With `rules`, the countries and shipping
 * methods that the shop offers now are examples: an owner changes them without a release, so an `enum` would
 * make generated clients refuse a new one.
 */
export function openApiDocument(rules?: PricingRules) {
  const examples = rules ? offeredBy(rules) : undefined;
  return createDocument(contract, {
    override: ({ zodSchema, jsonSchema }) => {
      const offered = examples?.get(zodSchema);
      if (offered) jsonSchema.examples = offered;
    },
  });
}

function offeredBy(rules: PricingRules): ReadonlyMap<unknown, string[]> {
  const methods = offeredMethods(rules);
  const countries = servedCountries(rules).map(({ code }) => code);
  return new Map<unknown, string[]>([
    [checkoutQuerySchema.shape.shippingMethod, methods],
    [checkoutQuerySchema.shape.country, countries],
    [submissionSchema.shape.shippingMethod, methods],
    [countryCodeSchema, countries],
  ]);
}

const contract: ZodOpenApiObject = {
  openapi: '3.1.0',
  info: {
    title: 'Once',
    version: '1.0.0',
    description:
      'A storefront in which one checkout makes one order. Money is integer minor units of an ISO 4217 currency; errors are problem documents (RFC 9457) with a stable `code`.',
  },
  paths: {
    '/api/health': { get: checkHealth },
    '/api/ready': { get: checkReadiness },
    '/api/products': { get: listProducts },
    '/api/products/{slug}': { get: getProduct },
    '/api/cart': { get: getCart },
    '/api/cart/lines/{sku}': { put: setLine },
    '/api/checkout': { get: getQuote },
    '/api/orders': { get: listOrders, post: submitOrder },
    '/api/orders/{id}': { get: getOrder },
    '/api/orders/{id}/cancel': { post: cancelOrder },
    '/api/orders/{id}/payments': { post: payOrder },
    '/api/order-access': { post: requestOrderLink },
    '/api/webhooks/payments': { post: receiveEvent },
    '/api/submissions/{submitToken}': { get: getSubmission },
    '/api/cron/jobs': { get: runJobs },
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
};
