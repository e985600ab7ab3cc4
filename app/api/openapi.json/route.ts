import { openApiDocument } from '#app/api/openapi.json/document.ts';
import { json, notAllowed, route } from '#lib/platform/http/http.ts';

export const GET = route(async () =>
  json(openApiDocument(), { headers: { 'cache-control': 'public, max-age=300' } }),
);

const refuse = notAllowed('GET');

export { refuse as DELETE, refuse as PATCH, refuse as POST, refuse as PUT };
