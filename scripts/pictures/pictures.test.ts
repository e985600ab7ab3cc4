import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { shareName } from '#app/share-picture.ts';
import { categories, curatedProducts } from '#prisma/catalogue/rows.ts';
import { type Part, repaint } from '#scripts/pictures/repaint.ts';
import { homePicture, variantPictures } from '#scripts/pictures/run.ts';

const folder = path.resolve(import.meta.dirname, '../../public');
const read = (file: string) => readFileSync(path.join(folder, file));

test('the pictures in the repository are those that npm run pictures draws now', () => {
  const drawn = variantPictures();
  expect(drawn.size).toBeGreaterThan(20);
  for (const [name, svg] of drawn) expect(read(`products/${name}.svg`).toString(), name).toBe(svg);
  expect(read('home.svg').toString()).toBe(homePicture());
});

test('every product has a preview of 1200 by 630 pixels', () => {
  for (const { slug } of categories.flatMap(({ products }) => products)) {
    const png = read(`products/${shareName(slug)}`);
    expect([png.readUInt32BE(16), png.readUInt32BE(20)], slug).toEqual([1200, 630]);
  }
});

test('every picture of a variant exists, and every one that exists is that of a variant', () => {
  const variants = curatedProducts().flatMap((product) => product.variants);
  const used = new Set(variants.flatMap(({ image }) => (image ? [path.basename(image)] : [])));
  expect([...used].sort()).toEqual([...variantPictures().keys()].map((name) => `${name}.svg`).sort());
  const files = readdirSync(path.join(folder, 'products'));
  for (const file of used) expect(files).toContain(file);
});

const drawing =
  '<svg><radialGradient id="a9"><stop stop-color="#c17f6d"/></radialGradient>' +
  '<path d="M0 0h400v400H0Z" fill="url(#a9)"/><path fill="#3d2a17"/><path fill="#a64a35"/><path fill="#743727"/></svg>';

test('a part gets its new colour, its shade a darker one, and background and shadow stay', () => {
  const part: Part = { hues: [30, 40], chroma: [0.05, 0.2] };
  const svg = repaint(drawing, [{ part, from: '#a64a35', to: '#3f5b4c' }]);
  const [background, shadow, body, shade] = svg.match(/#[0-9a-f]{6}/g) ?? [];
  expect([background, shadow, body]).toEqual(['#c17f6d', '#3d2a17', '#3f5b4c']);
  const lightness = (hex = '') => Number.parseInt(hex.slice(3, 5), 16);
  expect(lightness(shade)).toBeLessThan(lightness(body));
  expect(shade).not.toBe('#743727');
});

test('a part that the drawing does not have is an error', () => {
  expect(() => repaint(drawing, [{ part: { only: ['#123456'] }, from: '#123456', to: '#ffffff' }])).toThrow(
    'no colour of the part',
  );
});
