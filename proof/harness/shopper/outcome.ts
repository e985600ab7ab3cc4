import type { Reply } from '#proof/chaos/checker/history.ts';

/** What an answer tells a client about its request. */

/** The outcome of a placed order. */
export interface Placed {
  status: number;
  orderId: string | undefined;
}

export const replyOf = async (response: Response): Promise<Reply> => ({
  status: response.status,
  body: Buffer.from(await response.arrayBuffer()),
});

/** The shop failed, was too busy, or got an incomplete request: a retry may succeed. */
export const saysNothing = ({ status }: Pick<Reply, 'status'>): boolean =>
  status >= 500 || status === 429 || status === 408;

/** Whether the outcome is still open. */
export function isOpen({ body }: Reply): boolean {
  const { code } = JSON.parse(body.toString('utf8')) as { code?: string };
  return code === 'in_progress' || code === 'payment_unsettled';
}

/** The final outcome in an answer; undefined while it may still change. */
export function placedOf({ status, body }: Reply): Placed | undefined {
  if (saysNothing({ status })) return undefined;
  const { code, order } = JSON.parse(body.toString('utf8')) as { code?: string; order?: { id?: string } };
  return code === 'in_progress' ? undefined : { status, orderId: order?.id };
}
