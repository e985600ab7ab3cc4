const key = 'once.reloaded';
/** A page that fails again this soon after a reload would also fail after the next one. */
const pauseMs = 30_000;

/**
 * Reloads the page after an error that a reload fixes: other software has edited the page, or one of
 * its files is gone because of a new build. The typed text of the checkout is kept. Returns false if
 * the page was reloaded a moment ago.
 */
export function reloadOnce(error: unknown): boolean {
  return (error instanceof DOMException || isMissingFile(error)) && reloadOnceAnyway();
}

/** The same after any error. */
export function reloadOnceAnyway(): boolean {
  try {
    if (Date.now() - Number(sessionStorage.getItem(key)) < pauseMs) return false;
    sessionStorage.setItem(key, String(Date.now()));
  } catch {
    // Without storage, a second failure looks like the first.
    return false;
  }
  window.location.reload();
  return true;
}

const isMissingFile = (error: unknown): boolean => error instanceof Error && error.name === 'ChunkLoadError';
