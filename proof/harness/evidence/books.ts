import type { Violation } from '#proof/chaos/checker/evidence.ts';
import type { Harness } from '#proof/harness/harness.ts';

interface Open {
  kind: string;
  subject: string;
  ours: unknown;
  theirs: unknown;
}

/**
 * Lets the shop's operator reconcile and repair, as every evening. What is open after that is a violation: faults must
 * not leave work for a person. The checker does not depend on it; it reads the rows and the ledger itself.
 */
export async function booksDiffer({ operatorPort }: Pick<Harness, 'operatorPort'>): Promise<Violation[]> {
  const answer = await fetch(`http://127.0.0.1:${operatorPort}/reconcile`, { method: 'POST' });
  const { open } = (await answer.json()) as { open: Open[] | string };
  if (typeof open === 'string')
    return [{ kind: 'books_differ', detail: `the reconciliation failed: ${open}`, calls: [] }];
  return open.map(({ kind, subject, ours, theirs }) => ({
    kind: 'books_differ',
    detail: `${kind} ${subject}: here ${JSON.stringify(ours)}, elsewhere ${JSON.stringify(theirs)}`,
    calls: [],
  }));
}
