const key = 'once.reloaded';
/** A page that fails again this soon after a reload would fail again after the next one. */
const pauseMs = 30_000;

/**
 * Loads the page again after an error that a reload mends: something else has edited the page, or a
 * file of it is gone because the shop was built anew. What was typed at the checkout is kept. False
 * where a reload has just been tried.
 */
export function reloadOnce(error: unknown): boolean {
  if (!(error instanceof DOMException) && !isMissingFile(error)) return false;
  try {
    if (Date.now() - Number(sessionStorage.getItem(key)) < pauseMs) return false;
    sessionStorage.setItem(key, String(Date.now()));
  } catch {
    // Without storage nothing tells the second time from the first.
    return false;
  }
  window.location.reload();
  return true;
}

const isMissingFile = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'ChunkLoadError' || /Failed to load chunk/.test(error.message));
