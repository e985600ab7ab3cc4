import { z } from 'zod';

/** Variables for traces, a part of the schema in env.ts. Their names are those of OpenTelemetry. */

/** `name=value` pairs, separated by commas. Values are percent-encoded. */
function readHeaders(text: string, context: z.RefinementCtx): Record<string, string> {
  try {
    return Object.fromEntries(text.split(',').map(readPair));
  } catch {
    context.addIssue({
      code: 'custom',
      message: 'must be pairs like authorization=Bearer%20abc, separated by commas',
    });
    return z.NEVER;
  }
}

function readPair(pair: string): [string, string] {
  const [, name = '', value = ''] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=(.*)$/.exec(pair) ?? [];
  if (!name) throw new Error('not a pair');
  return [name, decodeURIComponent(value.trim())];
}

export const tracingVariables = {
  /** A collector that takes OTLP over HTTP. Traces are off without it. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be a URL like http://127.0.0.1:4318' })
    .optional(),
  /** Sent with each export, for example the credentials of a collector. */
  OTEL_EXPORTER_OTLP_HEADERS: z.string().transform(readHeaders).optional(),
  OTEL_SERVICE_NAME: z.string().min(1).default('once'),
  /** The part of requests and jobs that are traced, from 0 to 1. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number({ error: 'must be a number from 0 to 1' })
    .min(0)
    .max(1)
    .default(0.01),
};
