const timeoutMs = 15_000;

/** Sends one of the cart's forms. Undefined when no valid answer arrived. */
export async function postCartForm<Answer extends object>(
  action: string,
  fields: Record<string, string>,
): Promise<Answer | { problem: string } | undefined> {
  try {
    const response = await fetch(action, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams(fields),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}
