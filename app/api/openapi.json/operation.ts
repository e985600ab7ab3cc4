import { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiResponseObject } from 'zod-openapi';
import { submissionProblemExtras } from '#lib/checkout/submission/schema.ts';
import { type ProblemCode, problemCodes, problemStatus, problemTitle } from '#lib/platform/errors.ts';

/** What an operation is described with: each `operation.ts` is beside the handler that it describes. */

export type Operation = ZodOpenApiOperationObject;

export const replayHeader = {
  'Idempotent-Replayed': { schema: { type: 'string' as const }, description: '`true` on a replay' },
};

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

export function read(summary: string, schema: z.ZodType, codes: ProblemCode[]): ZodOpenApiOperationObject {
  return { summary, responses: { '200': answer('OK', schema), ...problems(...codes) } };
}

export function answer(description: string, schema: z.ZodType): ZodOpenApiResponseObject {
  return { description, content: { 'application/json': { schema } } };
}

/** One response per status. When several problems share a status, the response allows any of them. */
export function problems(
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
