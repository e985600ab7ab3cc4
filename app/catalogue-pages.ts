// With the file's ending, because processes that have no Next load the route handlers, too.
import { revalidateTag, unstable_cache } from 'next/cache.js';

/**
 * Tags the page that is being rendered: `lib/catalogue/tags.ts`. Next takes a page's tags from the cached
 * functions that the page calls, so this calls one that has tags and no data.
 */
export async function tagPage(tags: string[]): Promise<void> {
  await unstable_cache(async () => true, tags, { tags })();
}

/** The same as `expireTime` in next.config.ts. */
const keptSeconds = 3_600;

/**
 * Renders the pages with one of these tags again when they are next requested. That request still gets the
 * old copy, and so do all others while a page can't be rendered, because the database is away. Only for route
 * handlers.
 */
export function renderAgain(tags: string[]): void {
  for (const tag of tags) revalidateTag(tag, { expire: keptSeconds });
}
