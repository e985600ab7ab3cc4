import { db } from '#lib/platform/database/db.ts';
import { AppError } from '#lib/platform/errors.ts';

/** Throws `invalid_request` for an unknown category. Called only when a category has no matching products. */
export async function requireCategory(slug: string): Promise<void> {
  if (await db().category.findUnique({ where: { slug }, select: { slug: true } })) return;
  const message = `there is no category "${slug.slice(0, 64)}"`;
  throw new AppError('invalid_request', {
    detail: `category: ${message}.`,
    extra: { fields: [{ path: 'category', message }] },
  });
}
