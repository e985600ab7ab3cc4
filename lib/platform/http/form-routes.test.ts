import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { formRoutes } from '#lib/platform/http/form-routes.ts';

const root = path.resolve(import.meta.dirname, '../../..');

test('formRoutes lists every form route outside the API, and no page', () => {
  // What broke: a form that posted to a new route was refused as a post to a page.
  const taking = globSync('app/**/route.ts', { cwd: root })
    .filter((file) => !file.startsWith('app/api/'))
    .filter((file) =>
      /^export (?:const POST|async function POST|\{[^}]*\bPOST\b)/m.test(
        readFileSync(path.join(root, file), 'utf8'),
      ),
    )
    .map((file) => `/${path.relative('app', path.dirname(file)).replace(/^\(\w+\)\//, '')}`);
  expect(taking.sort()).toEqual([...formRoutes].sort());
});
