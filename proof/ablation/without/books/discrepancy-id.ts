import { randomUUID } from 'node:crypto';
import type * as shop from '#lib/reconciliation/discrepancy.ts';

/** Each process gives a fact an id of its own. */

export * from '#lib/reconciliation/discrepancy.ts';

const ids = new Map<string, string>();

export const discrepancyId: typeof shop.discrepancyId = ({ kind, subject }) => {
  const id = ids.get(`${kind} ${subject}`) ?? randomUUID();
  ids.set(`${kind} ${subject}`, id);
  return id;
};
