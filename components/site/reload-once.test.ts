import { beforeEach, expect, test, vi } from 'vitest';
import { reloadOnce } from '#components/site/reload-once.ts';

const reload = vi.fn();
const storage = new Map<string, string>();
beforeEach(() => {
  reload.mockClear();
  storage.clear();
  vi.stubGlobal('window', { location: { reload } });
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => storage.get(key) ?? null,
    setItem: (key: string, value: string) => storage.set(key, value),
  });
});

const missingFile = Object.assign(new Error('Failed to load chunk /a.js'), { name: 'ChunkLoadError' });
const brokenPage = new DOMException('The node to be removed is not a child of this node.', 'NotFoundError');

test.each([
  ['a file that is gone because of a new build', missingFile],
  ['a page that other software has edited', brokenPage],
])('%s reloads the page, and not twice in a row', (_, error) => {
  expect(reloadOnce(error)).toBe(true);
  expect(reloadOnce(error)).toBe(false);
  expect(reload).toHaveBeenCalledOnce();
});

test('a mistake in the page does not reload it, whatever its message says', () => {
  expect(reloadOnce(new Error('Failed to load chunk'))).toBe(false);
  expect(reload).not.toHaveBeenCalled();
});
