import { z } from 'zod';
import { type ProductSort, productSorts } from '#lib/catalogue/schema.ts';
import { AppError } from '#lib/platform/errors.ts';

/**
 * A place in a sorted list: the sort key and id of the last product seen. The next page starts after it,
 * whatever is added or sold meanwhile, so no product is shown twice or skipped.
 */
export interface Position {
  sort: ProductSort;
  /** A whole number (for `newest`: milliseconds since 1970) or, for `title`, a string. */
  key: number | string;
  id: string;
}

const int32 = z.int().min(0).max(2_147_483_647);
/** Up to the year 9999, the last that is written with four digits. */
const milliseconds = z.int().min(0).max(253_402_300_799_999);

const keySchemas: Record<ProductSort, z.ZodType<number | string>> = {
  featured: int32,
  'price-asc': int32,
  'price-desc': int32,
  newest: milliseconds,
  title: z
    .string()
    .max(1_000)
    .regex(/^[^\0]*$/),
};

/** An opaque text that is safe in a URL. */
export function encodeCursor({ sort, key, id }: Position): string {
  return Buffer.from(JSON.stringify([sort, key, id])).toString('base64url');
}

/** Reads a cursor that was created for this sort. Throws `invalid_request` for any other text. */
export function decodeCursor(cursor: string, sort: ProductSort): Position {
  const shape = z.tuple([z.enum(productSorts), z.unknown(), z.guid()]);
  const parsed = shape.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  if (!parsed.success) throw badCursor('is not one that this shop gave out');
  const [madeFor, key, id] = parsed.data;
  if (madeFor !== sort) throw badCursor(`belongs to sort=${madeFor}, not to sort=${sort}`);
  const checkedKey = keySchemas[sort].safeParse(key);
  if (!checkedKey.success) throw badCursor('is not one that this shop gave out');
  return { sort, key: checkedKey.data, id };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function badCursor(message: string): AppError {
  return new AppError('invalid_request', {
    detail: `cursor: ${message}. Leave it out to start at the first page.`,
    extra: { fields: [{ path: 'cursor', message }] },
  });
}
