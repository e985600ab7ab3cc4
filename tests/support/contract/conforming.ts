import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { openApiDocument } from '#app/api/openapi.json/document.ts';
import type { Call } from '#proof/harness/shopper/call.ts';

/**
 * A `Call` that checks every answer against the OpenAPI document: the operation must list its status, and its
 * body must have the documented shape.
 */
export function conforming(call: Call): Call {
  return async (path, init) => {
    const response = await call(path, init);
    await check(path, init?.method ?? 'GET', response.clone());
    return response;
  };
}

type Answers = Record<string, { content?: Record<string, { schema: object }> }>;
type Operations = Record<string, { responses: Answers }>;

const document = openApiDocument();
// Formats are annotations in JSON Schema 2020-12; `strict` would refuse OpenAPI's own keywords.
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(document, 'openapi');
const validators = new Map<string, ValidateFunction>();

/** Statuses that the host itself may answer to a call that no operation describes. */
const undocumented = new Set([404, 405]);

async function check(path: string, method: string, response: Response): Promise<void> {
  const { pathname } = new URL(path, 'http://shop.test');
  const template = Object.keys(document.paths ?? {}).find((candidate) => matches(candidate, pathname));
  if (!template) {
    if (undocumented.has(response.status)) return;
    throw new Error(`${method} ${pathname} is not in the OpenAPI document`);
  }
  const operation = (document.paths?.[template] as Operations | undefined)?.[method.toLowerCase()];
  const status = String(response.status);
  // A browser's form gets a redirect, which the document describes in words.
  if (status === '303' && method === 'POST') return;
  const answer = operation?.responses[status];
  if (!answer)
    throw new Error(`${method} ${template} answered ${status}, which the OpenAPI document does not name`);
  const type = response.headers.get('content-type')?.split(';')[0] ?? '';
  if (!answer.content?.[type]) throw new Error(`${method} ${template} answered ${status} as ${type}`);
  const validate = validatorFor(template, method.toLowerCase(), status, type);
  if (!validate(await response.json())) {
    throw new Error(`${method} ${template} ${status}: ${ajv.errorsText(validate.errors)}`);
  }
}

function matches(template: string, pathname: string): boolean {
  const pattern = template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${pattern}$`).test(pathname);
}

function validatorFor(
  ...[template, method, status, type]: [string, string, string, string]
): ValidateFunction {
  const pointer = ['paths', template, method, 'responses', status, 'content', type, 'schema']
    .map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'))
    .map(encodeURIComponent)
    .join('/');
  const known = validators.get(pointer);
  if (known) return known;
  const validate = ajv.compile({ $ref: `openapi#/${pointer}` });
  validators.set(pointer, validate);
  return validate;
}
