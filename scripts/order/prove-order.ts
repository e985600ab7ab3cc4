import { type OrderProof, readOrderProof } from '#lib/order-management/proof/read-order-proof.ts';
import { openClient } from '#lib/platform/database/db-session.ts';
import { env } from '#lib/platform/env.ts';
import { readPromises } from '#prisma/drift/promises.ts';
import { describeProof } from './describe-proof.ts';
import { countAtEdge } from './edge-log.ts';
import type { Constraint, WholeProof } from './whole-proof.ts';

/** The tables that keep one order, one charge and no oversell. */
const tables = ['orders', 'payment', 'stock'];

/** Proves an order, as text or JSON. Exits with 1 when something differs, and with 2 when something is unknown. */
export async function proveOrder(
  key: { userId: string; orderId: string },
  { json = false, edgeLogs = [] }: { json?: boolean | undefined; edgeLogs?: string[] | undefined },
): Promise<{ text: string; exitCode: number }> {
  const [proof, constraints] = await Promise.all([readOrderProof(key), readConstraints()]);
  const edge = edgeLogs.length > 0 ? await countAtEdge(edgeLogs, proof) : null;
  const whole: WholeProof = {
    ...proof,
    edge,
    constraints,
    keptDays: env().SUBMISSIONS_KEPT_DAYS,
    problems: problemsOf(proof, constraints),
    unknown: unknownOf(proof),
  };
  const exitCode = whole.problems.length > 0 ? 1 : whole.unknown.length > 0 ? 2 : 0;
  return { text: json ? JSON.stringify(whole, null, 2) : describeProof(whole), exitCode };
}

async function readConstraints(): Promise<Constraint[]> {
  const client = await openClient({ connectionString: env().DATABASE_URL, application_name: 'once-proof' });
  try {
    return (await readPromises(client)).filter(({ table }) => tables.includes(table));
  } finally {
    await client.end();
  }
}

function problemsOf({ counts, charges }: OrderProof, constraints: Constraint[]): string[] {
  const { attempts, strays, holdMoney } = charges;
  return [
    ...constraints
      .filter(({ kept }) => !kept)
      .map(({ table, definition, sentence }) => `${definition} on ${table} is missing: ${sentence}`),
    counts.ordersOfToken === 1 ? [] : `${counts.ordersOfToken} orders have this submit token`,
    counts.ordersOfCart === 1 ? [] : `${counts.ordersOfCart} orders have this cart`,
    counts.livePayments <= 1 ? [] : `${counts.livePayments} payments are live`,
    holdMoney <= 1 ? [] : `${holdMoney} charges hold money at the provider`,
    ...attempts.flatMap(({ ours, differences }) =>
      differences.map((difference) => `attempt ${ours.attempt}: ${difference}`),
    ),
    ...strays.charges.map(({ ref, status }) => `charge ${ref} (${status}) belongs to no attempt here`),
  ].flat();
}

function unknownOf({ charges: { attempts, strays } }: OrderProof): string[] {
  return [
    ...attempts
      .filter(({ state }) => state === 'no_answer')
      .map(({ ours, reason }) => `attempt ${ours.attempt}: ${reason}`),
    ...attempts
      .filter(({ state }) => state === 'open')
      .map(
        ({ ours }) => `attempt ${ours.attempt}: it is ${ours.status}, and the provider has not settled it`,
      ),
    strays.state === 'no_answer' ? `other charges of this order: ${strays.reason}` : [],
    strays.state === 'too_many'
      ? `other charges of this order: not among the newest ${strays.lookedThrough}`
      : [],
  ].flat();
}
