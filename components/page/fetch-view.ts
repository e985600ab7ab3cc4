const timeoutMs = 8_000;

/** Reads the view of this page from the server. Undefined if that fails. */
export async function fetchView<View>(): Promise<View | undefined> {
  const { pathname, search } = window.location;
  try {
    const response = await fetch(`${pathname}/view${search}`, {
      cache: 'no-store',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return response.ok ? ((await response.json()) as View) : undefined;
  } catch {
    return undefined;
  }
}
