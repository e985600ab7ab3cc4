import { listProducts } from '#lib/catalogue/list-products.ts';
import { catalogueCaching, productQuerySchema } from '#lib/catalogue/schema.ts';
import { json, notAllowed, parseOrThrow, queryOf, route } from '#lib/platform/http/http.ts';

/** `GET /api/products`: the matching products, page by page. */
export const GET = route(async (request) => {
  // A form also sends its empty fields. They don't filter anything.
  const given = Object.entries(queryOf(request)).filter(([, value]) => value !== '');
  const query = parseOrThrow(productQuerySchema, Object.fromEntries(given));
  return json(await listProducts(query), { headers: catalogueCaching });
});

const refuse = notAllowed('GET');

export { refuse as DELETE, refuse as PATCH, refuse as POST, refuse as PUT };
