import { getProduct } from '#lib/catalogue/get-product.ts';
import { catalogueCaching } from '#lib/catalogue/schema.ts';
import { AppError } from '#lib/platform/errors.ts';
import { json, notAllowed, route } from '#lib/platform/http/http.ts';

/** `GET /api/products/{slug}`: one product with all its details. */
export const GET = route(async (_request, { params }: { params: Promise<{ slug: string }> }) => {
  const { slug } = await params;
  const product = await getProduct(slug);
  if (!product) {
    throw new AppError('not_found', { detail: `There is no product "${slug.slice(0, 64)}".` });
  }
  return json(product, { headers: catalogueCaching });
});

const refuse = notAllowed('GET');

export { refuse as DELETE, refuse as PATCH, refuse as POST, refuse as PUT };
