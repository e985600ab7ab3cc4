import { answer, type Operation } from '#app/api/openapi.json/operation.ts';
import { readinessSchema } from '#lib/platform/readiness.ts';

export const checkReadiness: Operation = {
  summary: 'Can this process take orders?',
  responses: { '200': answer('Yes', readinessSchema), '503': answer('No, and why', readinessSchema) },
};
