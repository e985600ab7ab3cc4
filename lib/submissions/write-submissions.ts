import { hostname } from 'node:os';
import { sql } from '#lib/platform/database/db.ts';
import { plainArray } from '#lib/platform/database/pg-array.ts';
import { countedAddress, roughNetworkOf } from '#lib/platform/http/network-of.ts';
import { tokenHashOf } from '#lib/submissions/log-submissions.ts';
import type { SubmissionRecord } from '#lib/submissions/submission-buffer.ts';

/**
 * Writes records as rows, in one statement. A repeated write changes nothing. Times are the database's, so that
 * the rows of several machines are in order: each record has an age, measured once there is a connection.
 */
export async function writeSubmissions(records: readonly SubmissionRecord[]): Promise<void> {
  const list = (of: (record: SubmissionRecord) => string | number | null) => plainArray(records.map(of));
  await sql().$transaction(async (tx) => {
    const now = performance.now();
    await tx.$executeRaw`
      INSERT INTO submission (user_id, id, at, request_id, token_hash, cart_id, order_id, attempt, layer, outcome,
                              status, made, took_ms, network, process, copies, trace_id)
      SELECT user_id, id, clock_timestamp() - make_interval(secs => age_ms / 1000.0), request_id, token_hash,
             cart_id, order_id, attempt, layer, outcome, status, made, took_ms, network, ${nameOfProcess()}, copies,
             trace_id
      FROM unnest(${list(({ submitted }) => submitted.userId)}::uuid[], ${list(({ id }) => id)}::uuid[],
                  ${list(({ beganAt }) => Math.round(now - beganAt))}::int[],
                  ${list(({ requestId }) => requestId)}::text[], ${list(tokenHashOf)}::text[],
                  ${list(cartOf)}::uuid[], ${list(orderOf)}::uuid[], ${list(attemptOf)}::int[],
                  ${list(({ layer }) => layer)}::text[], ${list(({ outcome }) => outcome)}::text[],
                  ${list(({ status }) => status)}::int[], ${list(({ made }) => String(made))}::boolean[],
                  ${list(({ tookMs }) => Math.round(tookMs))}::int[],
                  ${list(networkOfRecord)}::text[], ${list(({ copies }) => copies)}::int[],
                  ${list(({ traceId }) => traceId ?? null)}::text[])
        AS row (user_id, id, age_ms, request_id, token_hash, cart_id, order_id, attempt, layer, outcome, status,
                made, took_ms, network, copies, trace_id)
      ON CONFLICT (user_id, id) DO NOTHING`;
  });
}

/** Names the process among those of all machines. */
const nameOfProcess = () => `${hostname()}:${process.pid}`;

const cartOf = ({ submitted }: SubmissionRecord) => ('cartId' in submitted ? submitted.cartId : null);

const orderOf = ({ submitted, orderId }: SubmissionRecord) =>
  orderId ?? ('orderId' in submitted ? submitted.orderId : null);

const attemptOf = ({ submitted }: SubmissionRecord) => ('attempt' in submitted ? submitted.attempt : null);

function networkOfRecord({ ip }: SubmissionRecord): string | null {
  const address = countedAddress(ip);
  return (address !== undefined && roughNetworkOf(address)) || null;
}
