import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { orUsage, wordsFor } from '#scripts/advice.ts';
import { drawPictures } from '#scripts/drawing/pictures.ts';
import { usageOf } from '#scripts/usage.ts';

/** Draws the pictures of the catalogue into public/products: the same bytes on every machine. */

const folder = path.join(import.meta.dirname, '../public/products');

async function main(): Promise<void> {
  orUsage(usageOf(import.meta.filename), () => parseArgs({}));
  const pictures = drawPictures();
  await mkdir(folder, { recursive: true });
  for (const [slug, svg] of pictures) await writeFile(path.join(folder, `${slug}.svg`), svg);
  console.log(`drew ${pictures.size} pictures`);
}

await main().catch((error: unknown) => {
  console.error(wordsFor(error));
  process.exitCode = 1;
});
