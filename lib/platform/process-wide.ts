/**
 * One value per process, created on first use. Next's bundle and server.ts each load their own copy of
 * every module, so a pool or queue in a module variable would exist twice.
 */
const storeKey = Symbol.for('once.process-wide');
const holder = globalThis as unknown as Record<symbol, Map<string, unknown> | undefined>;
holder[storeKey] ??= new Map();
// Every order reads it about ten times, so the store is looked up only once.
const store = holder[storeKey];

export function processWide<T>(name: string, make: () => T): T {
  let value = store.get(name) as T | undefined;
  if (value === undefined) {
    value = make();
    store.set(name, value);
  }
  return value;
}

/** Removes the value and returns it, so that its owner can close it. */
export function takeProcessWide<T>(name: string): T | undefined {
  const value = store.get(name) as T | undefined;
  store.delete(name);
  return value;
}
