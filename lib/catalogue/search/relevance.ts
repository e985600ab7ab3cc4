import { hasOneOf, type Wanted } from '#lib/catalogue/search/has-one-of.ts';
import { searchWords, singularsOf } from '#lib/catalogue/search/search-words.ts';
import { Prisma } from '#lib/generated/prisma/client.ts';

/** More than the largest position of a product. */
const positions = 2_147_483_648;

/**
 * How far a product is from what was searched, as one number for `ORDER BY`: the sum over the words of the
 * search, then the product's position in the shop. A word of the title counts as nearest, then the beginning of
 * one, then a word of the description or the category. A part of another word, such as "pan" in "Japan", is
 * farthest.
 */
export function distanceFrom(query: string): Prisma.Sql {
  const distances = searchWords(query).map(distanceOfWord);
  return Prisma.sql`((${Prisma.join(distances, ' + ')})::float8 * ${positions} + product.position)`;
}

function distanceOfWord(word: string): Prisma.Sql {
  const singulars = singularsOf(word).map(asWhole);
  const near = [{ word, as: 'beginning' as const }, ...singulars];
  const whole = [...[word, `${word}s`, `${word}es`].map(asWhole), ...singulars];
  // Most texts have no word that begins so, and need few comparisons.
  return Prisma.sql`CASE
    WHEN ${hasOneOf(title, near)} THEN CASE WHEN ${hasOneOf(title, whole)} THEN 0 ELSE 1 END
    WHEN ${hasOneOf(text, near)} AND ${hasOneOf(text, whole)} THEN 2
    ELSE 3 END`;
}

const asWhole = (word: string): Wanted => ({ word, as: 'whole' });
const title = Prisma.sql`product.title_words`;
const text = Prisma.sql`product.text_words`;
