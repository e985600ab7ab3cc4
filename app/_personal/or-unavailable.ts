import type { UnavailableView } from '#components/page/unavailable.tsx';
import { isDatabaseAway } from '#lib/platform/database/db-errors.ts';
import { AppError } from '#lib/platform/errors.ts';
import { logger } from '#lib/platform/logger.ts';

/**
 * Reads the view of one of a shopper's own pages or, while the shop is unavailable, the view that says so.
 * Next renders its error page with JavaScript only, and these pages must work without it.
 */
export async function orUnavailable<View>(
  address: string,
  read: () => Promise<View>,
): Promise<View | UnavailableView> {
  try {
    return await read();
  } catch (error) {
    if (!isDatabaseAway(error) && !isUnavailable(error)) throw error;
    logger().warn({ path: address.split('?', 1)[0], err: error }, 'page without the shop');
    return { kind: 'unavailable', address };
  }
}

const isUnavailable = (error: unknown) => error instanceof AppError && error.code === 'unavailable';
