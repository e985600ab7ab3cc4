import { db } from '#lib/platform/database/db.ts';
import { tokenHash } from '#lib/submissions/log-submissions.ts';
import type { Layer } from '#lib/submissions/trail.ts';

/** More than a process records one by one of a shopper in ten minutes. */
const maxShown = 1_000;

/** What a request was, seen from the order. */
type Kind =
  | 'made_the_order'
  /** The first with its token. It made nothing, or what it began was not over when it was answered. */
  | 'first_sent'
  /** It met the first one while that was being worked on. */
  | 'same_moment'
  /** The same token: a retry, a reload, the Back button, a second click. */
  | 'sent_again'
  /** Another token of the same cart: another tab, or a page from before the cart changed. */
  | 'another_page'
  | 'next_attempt'
  /** The first for its attempt, which it did not make: it was refused. */
  | 'attempt_first_sent'
  | 'attempt_sent_again'
  /** The same items from another cart, stopped with a question. */
  | 'another_cart';

export interface SubmissionOfOrder {
  at: Date;
  requestId: string;
  kind: Kind;
  layer: Layer;
  status: number;
  outcome: string;
  attempt: number | null;
  /** Whether the answer named the order. */
  namesOrder: boolean;
  network: string | null;
  process: string;
  tookMs: number;
  copies: number;
  /** Set if the request was traced. */
  traceId: string | null;
}

interface Order {
  userId: string;
  id: string;
  cartId: string;
  submitToken: string;
}

/** The recorded requests of an order's cart, and those whose answer named the order. Oldest first. */
export async function readSubmissionsOf(
  order: Order,
): Promise<{ submissions: SubmissionOfOrder[]; more: boolean }> {
  const { userId, id, cartId, submitToken } = order;
  const rows = await db().submission.findMany({
    where: { userId, OR: [{ cartId }, { orderId: id }] },
    orderBy: [{ at: 'asc' }, { id: 'asc' }],
    take: maxShown + 1,
  });
  const token = tokenHash(submitToken);
  const isFirst = firsts();
  const submissions = rows.slice(0, maxShown).map((row) => ({
    at: row.at,
    requestId: row.requestId,
    kind: kindOf(row, { cartId, token }, isFirst(row)),
    // A constraint allows only these.
    layer: row.layer as Layer,
    status: row.status,
    outcome: row.outcome,
    attempt: row.attempt,
    namesOrder: row.orderId === id,
    network: row.network,
    process: row.process,
    tookMs: row.tookMs,
    copies: row.copies,
    traceId: row.traceId,
  }));
  return { submissions, more: rows.length > maxShown };
}

interface Row {
  attempt: number | null;
  layer: string;
  made: boolean;
  cartId: string | null;
  tokenHash: string | null;
}

/**
 * Tells whether a row is the first of its token or attempt, for rows in their order. A duplicate that joined a
 * running submission is never the first, also when both arrived in the same millisecond.
 */
function firsts(): (row: Row) => boolean {
  const seen = new Set<string | number | null>();
  return ({ attempt, tokenHash: token, layer }) => {
    const key = attempt ?? token;
    if (layer === 'single_flight' || seen.has(key)) return false;
    seen.add(key);
    return true;
  };
}

function kindOf(row: Row, order: { cartId: string; token: string }, isFirst: boolean): Kind {
  if (row.attempt !== null) {
    if (row.made) return 'next_attempt';
    return isFirst ? 'attempt_first_sent' : 'attempt_sent_again';
  }
  if (row.made) return 'made_the_order';
  if (row.cartId !== order.cartId) return 'another_cart';
  if (row.tokenHash !== order.token) return 'another_page';
  if (row.layer === 'single_flight') return 'same_moment';
  return isFirst ? 'first_sent' : 'sent_again';
}
