import { getProduct } from '#lib/catalogue/get-product.ts';
import { AppError } from '#lib/platform/errors.ts';
import { json, route } from '#lib/platform/http/http.ts';

/**
 * Answers the current prices and stock of a product's variants. The product's page is cached, so it
 * asks here when it opens. The path is separate because caches in front of the shop keep `/product/`
 * and `/api/products/`.
 */
export const GET = route<{ params: Promise<{ slug: string }> }>(async (_request, { params }) => {
  const product = await getProduct((await params).slug);
  if (!product) throw new AppError('not_found', { detail: 'There is no such product.' });
  return json({ variants: product.variants });
});
