import { Prisma } from '#lib/generated/prisma/client.ts';
import type { Tx } from '#lib/platform/database/db.ts';

const { Sql } = Prisma;
type Sql = Prisma.Sql;

/** A transaction that replaces these words in the shop's statements. */
export function rewriting(tx: Tx, words: Readonly<Record<string, string>>): Tx {
  const rewrite = (part: string) =>
    Object.entries(words).reduce((text, [from, to]) => text.replaceAll(from, to), part);
  return new Proxy(tx, {
    get(target, name) {
      if (name !== '$queryRaw' && name !== '$executeRaw') return Reflect.get(target, name);
      return (parts: TemplateStringsArray | Sql, ...values: unknown[]) => {
        // A statement built elsewhere is passed on unchanged.
        if (parts instanceof Sql) return target[name](parts);
        const text = parts.map(rewrite);
        return target[name](Object.assign(text, { raw: text }), ...values);
      };
    },
  });
}
