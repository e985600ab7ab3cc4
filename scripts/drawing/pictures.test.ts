import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { categories } from '#prisma/catalogue/rows.ts';
import { drawPictures } from '#scripts/drawing/pictures.ts';

const folder = path.join(import.meta.dirname, '../../public/products');
const pictures = drawPictures();

test('every product has its picture, and every picture its product', () => {
  const slugs = categories.flatMap(({ products }) => products.map(({ slug }) => slug));
  expect([...pictures.keys()].sort()).toEqual(slugs.sort());
});

test('the pictures in the shop are, byte for byte, what the kit draws', async () => {
  const files = (await readdir(folder)).sort();
  expect(files).toEqual([...pictures.keys()].map((slug) => `${slug}.svg`).sort());
  for (const [slug, svg] of pictures) {
    expect(await readFile(path.join(folder, `${slug}.svg`), 'utf8'), slug).toBe(svg);
  }
});

test('a picture is small, holds only shapes, and asks for nothing from elsewhere', () => {
  for (const [slug, svg] of pictures) {
    expect(Buffer.byteLength(svg), slug).toBeLessThan(8_192);
    expect(svg, slug).not.toMatch(/<(script|text|image|style|foreignObject)|href|NaN|undefined|Infinity/);
  }
});
