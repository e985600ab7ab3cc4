import path from 'node:path';
import { buildPages } from '#scripts/launch/parts/build-pages.ts';

/** The second half of `npm run build`. */
await buildPages(path.resolve(import.meta.dirname, '..'));
