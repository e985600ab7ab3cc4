import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { shareName } from '#app/share-picture.ts';
import { orUsage, usageOf, wordsFor } from '#scripts/advice.ts';
import { drawings } from '#scripts/pictures/drawings.ts';
import { repaint } from '#scripts/pictures/repaint.ts';
import { iconPng, icoOf, shareCut, sharePicture } from '#scripts/pictures/share.ts';
import { stillLife } from '#scripts/pictures/still-life.ts';

/**
 * `npm run pictures` writes every picture that follows from another one: those of variants, of the home page,
 * the previews for social networks, and the icons. The files are part of the repository, so that neither the
 * build nor the shop needs a program that draws.
 */

const root = path.resolve(import.meta.dirname, '..', '..');
const folder = path.join(root, 'public', 'products');

const drawingOf = (name: string) => readFileSync(path.join(folder, `${name}.svg`), 'utf8');

/** The pictures of variants, as text by file name. */
export function variantPictures(): Map<string, string> {
  const entries = Object.entries(drawings).flatMap(([slug, named]) =>
    Object.entries(named).map(
      ([name, paints]) => [`${slug}-${name}`, repaint(drawingOf(slug), paints)] as const,
    ),
  );
  return new Map(entries);
}

/** The picture of the home page, as text. */
export const homePicture = (): string => stillLife(drawingOf);

async function main(): Promise<void> {
  orUsage(usageOf(import.meta.filename), () => parseArgs());
  const ofVariants = variantPictures();
  for (const [name, svg] of ofVariants) writeFileSync(path.join(folder, `${name}.svg`), svg);
  for (const file of readdirSync(folder)) {
    const { name, ext } = path.parse(file);
    if (ext !== '.svg' || ofVariants.has(name)) continue;
    writeFileSync(path.join(folder, shareName(name)), await sharePicture(drawingOf(name)));
  }
  const home = homePicture();
  writeFileSync(path.join(root, 'public', 'home.svg'), home);
  writeFileSync(path.join(root, 'public', 'share.png'), await shareCut(home));
  const mark = readFileSync(path.join(root, 'app', 'icon.svg'), 'utf8');
  writeFileSync(path.join(root, 'app', 'favicon.ico'), icoOf(await iconPng(mark, 32), 32));
  writeFileSync(path.join(root, 'app', 'apple-icon.png'), await iconPng(mark, 180, '#faf8f3'));
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    console.error(wordsFor(error));
    process.exitCode = 1;
  });
}
