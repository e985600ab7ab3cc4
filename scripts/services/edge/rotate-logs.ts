import { rename, stat } from 'node:fs/promises';

/**
 * The largest log of nginx. A client that replays its own order writes half a megabyte a second, and all of
 * them together ten, so a log needs a bound on a disk that the database may share.
 */
const maxLogBytes = 100_000_000;

const lookEveryMs = 1_000;

/** Renames the log over the previous one, `.1`, if it is larger than the limit. */
export async function moveAsideIfLarge(file: string, maxBytes = maxLogBytes): Promise<boolean> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size <= maxBytes) return false;
  await rename(file, `${file}.1`);
  return true;
}

/**
 * Moves logs aside while their writer runs, so that each needs no more than twice the limit and a second's
 * lines. `reopen` tells the writer to begin new files. Returns a function that ends it.
 */
export function rotateLogs(
  files: string[],
  { maxBytes, reopen, log }: { maxBytes?: number; reopen: () => void; log: (line: string) => void },
): () => void {
  const look = async () => {
    const moved = await Promise.all(files.map((file) => moveAsideIfLarge(file, maxBytes)));
    if (moved.includes(true)) reopen();
  };
  const timer = setInterval(() => {
    look().catch((error: Error) => log(`a log of nginx can't be moved aside: ${error.message}`));
  }, lookEveryMs);
  return () => clearInterval(timer);
}
