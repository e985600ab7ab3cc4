/**
 * One value per process, made on first use. Next's bundle and server.ts each load their own
 * copy of every module, so a pool or queue kept in a module variable would exist twice.
 */
export function processWide<T>(name: string, make: () => T): T {
  const key = Symbol.for(`once.${name}`);
  const store = globalThis as unknown as Record<symbol, T | undefined>;
  store[key] ??= make();
  return store[key];
}

/** Takes the value away, so that its owner can close it. */
export function takeProcessWide<T>(name: string): T | undefined {
  const key = Symbol.for(`once.${name}`);
  const store = globalThis as unknown as Record<symbol, T | undefined>;
  const value = store[key];
  delete store[key];
  return value;
}
