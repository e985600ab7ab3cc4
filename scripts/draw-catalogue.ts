import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { drawPictures } from '#scripts/drawing/pictures.ts';

/** Draws the pictures of the catalogue into public/products: the same bytes on every machine. */

const folder = path.join(import.meta.dirname, '../public/products');

const pictures = drawPictures();
await mkdir(folder, { recursive: true });
for (const [slug, svg] of pictures) await writeFile(path.join(folder, `${slug}.svg`), svg);
console.log(`drew ${pictures.size} pictures`);
