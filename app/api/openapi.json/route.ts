import { openApiDocument } from '#app/api/openapi.json/document.ts';
import { within } from '#lib/platform/deadline.ts';
import { json, notAllowed, route } from '#lib/platform/http/http.ts';
import { currentRules } from '#lib/pricing/current-rules.ts';

/** The document is complete without the rules' values, so it does not wait longer for a slow database. */
const rulesWithinMs = 500;

export const GET = route(async () => {
  const rules = await within(rulesWithinMs, currentRules()).catch(() => undefined);
  return json(openApiDocument(rules), { headers: { 'cache-control': 'public, max-age=300' } });
});

const refuse = notAllowed('GET');

export { refuse as DELETE, refuse as PATCH, refuse as POST, refuse as PUT };
