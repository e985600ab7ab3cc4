import { type ReadPosition, readChangedTags } from '#lib/catalogue/changed-tags.ts';
import { logger } from '#lib/platform/logger.ts';

/** How often a process looks for changes of the catalogue. One look is one query by an index. */
const lookEveryMs = 1_000;

/**
 * A page that was being rendered when the change was committed may show the old row and be kept after the
 * first call. So each tag is used again after this number of looks, which exceeds the time of a rendering.
 */
const againAfterLooks = 3;

/**
 * Renders the pages again that show something that has changed, while the process runs. If the database
 * does not answer, pages are rendered again after their `revalidate` time, and the next look continues
 * where the last one ended. Returns a function that ends it.
 */
export function followCatalogue(renderAgain: (tags: string[]) => Promise<void>): () => Promise<void> {
  let position: ReadPosition | undefined;
  let earlier: string[][] = Array.from({ length: againAfterLooks }, () => []);
  let hasFailed = false;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function look(): Promise<void> {
    const changed = await readChangedTags(position);
    const [due = [], ...later] = earlier;
    const tags = [...new Set([...changed.tags, ...due])];
    if (tags.length > 0) await renderAgain(tags);
    // Last, so that a look that fails is repeated with the same rows.
    position = changed.position;
    earlier = [...later, changed.tags];
  }

  async function follow(): Promise<void> {
    try {
      await look();
      hasFailed = false;
    } catch (error) {
      // Once for an outage, not once a second.
      if (!hasFailed) logger().warn({ err: error }, 'changes of the catalogue could not be read');
      hasFailed = true;
    }
    if (!stopped) timer = setTimeout(() => (running = follow()), lookEveryMs);
  }

  let running = follow();
  return () => {
    stopped = true;
    clearTimeout(timer);
    return running;
  };
}
