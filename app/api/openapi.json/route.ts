import { openApiDocument } from '#app/api/openapi.json/document.ts';
import { json, route } from '#lib/http.ts';

export const GET = route(async () =>
  json(openApiDocument(), { headers: { 'cache-control': 'public, max-age=300' } }),
);
