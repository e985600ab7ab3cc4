import { Prisma } from '#lib/generated/prisma/client.ts';

/** A word to find among the words of a text: as one of them, or also as the beginning or the end of one. */
export interface Wanted {
  word: string;
  as: 'whole' | 'beginning' | 'end';
}

/** Whether the words of a text (`search_words` of it) include one of these. */
export function hasOneOf(textWords: Prisma.Sql, wanted: Wanted[]): Prisma.Sql {
  const conditions = wanted.map(({ word, as }) => {
    const [before, behind] = [as === 'end' ? '' : ' ', as === 'beginning' ? '' : ' '];
    // The subquery is computed once, and not for every product.
    const pattern = Prisma.sql`(SELECT ${before} || btrim(search_words(${word})) || ${behind})`;
    return Prisma.sql`strpos(${textWords}, ${pattern}) > 0`;
  });
  return Prisma.join(conditions, ' OR ', '(', ')');
}
