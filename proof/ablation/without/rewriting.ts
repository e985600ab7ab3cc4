import { Prisma } from '#lib/generated/prisma/client.ts';
import type { Tx } from '#lib/platform/database/db.ts';

const { Sql } = Prisma;
type Sql = Prisma.Sql;

type Words = Readonly<Record<string, string>>;

/** A client or a transaction that replaces these words in the shop's statements. */
export function rewriting<Runner extends Tx>(runner: Runner, words: Words): Runner {
  const rewrite = (part: string) =>
    Object.entries(words).reduce((text, [from, to]) => text.replaceAll(from, to), part);
  return new Proxy(runner, {
    get(target, name) {
      if (name === '$transaction') return (work: Work) => begin(target, (tx) => work(rewriting(tx, words)));
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

type Work = (tx: Tx) => Promise<unknown>;

const begin = (client: unknown, work: Work): Promise<unknown> =>
  (client as { $transaction(work: Work): Promise<unknown> }).$transaction(work);
