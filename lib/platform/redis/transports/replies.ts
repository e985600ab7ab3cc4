import { errors, type UpstashRequest, type UpstashResponse } from '@upstash/redis';

/** Redis could not be reached, did not answer in time, or said that it cannot serve now. */
export class RedisAway extends Error {}

/**
 * Replies of a Redis that is reachable but cannot serve, as opposed to an error in the command. The code is
 * at the front or, if a script's command failed on Redis 6, after a hyphen. Limits of connections and of a
 * plan have no code of their own, only words after "ERR".
 */
const cannotServe =
  /(^|\s-)(LOADING|BUSY|OOM|READONLY|MISCONF|MASTERDOWN|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|NOAUTH|WRONGPASS|NOPERM|UNKILLABLE)\b|limit exceeded|max number of clients/;

/**
 * Redis's own errors begin with a code in capitals. Those of a proxy ("Unauthorized", "Bad gateway") don't.
 */
const redisCode = /^[A-Z]{2,} /;

/** Whether an error reply means that Redis is down, not that the command was wrong. */
export function saysAway(message: string): boolean {
  return cannotServe.test(message) || !redisCode.test(message);
}

/**
 * Middleware between the client and each of the three transports, so that errors look the same over all of
 * them: a refused command becomes a reply `{ error }`, and everything else throws `RedisAway`.
 */
export async function uniformReply<Result>(
  request: UpstashRequest,
  send: (request: UpstashRequest) => Promise<UpstashResponse<Result>>,
): Promise<UpstashResponse<Result>> {
  let reply: UpstashResponse<Result>;
  try {
    reply = await send(request);
  } catch (error) {
    reply = { error: refusalOf(error, request) };
  }
  // A pipeline's reply is an array with one reply per command, despite its type.
  if (Array.isArray(reply)) reply.forEach(throwIfAway);
  else throwIfAway(reply);
  // If the whole transaction is refused, the reply is not such an array, but the client expects one.
  if (request.path && reply.error) throw new errors.UpstashError(reply.error);
  return reply;
}

function throwIfAway({ error }: UpstashResponse<unknown>): void {
  if (error && saysAway(error)) throw new RedisAway(error);
}

/**
 * Redis's own error message, from the REST client's error. That client appends the whole command to the
 * message, with text that the shopper typed, which would then be in the log.
 */
function refusalOf(error: unknown, { body }: UpstashRequest): string {
  if (error instanceof errors.UpstashError && !(error instanceof errors.UpstashJSONParseError)) {
    return error.message.replace(`, command was: ${JSON.stringify(body)}`, '');
  }
  throw error instanceof RedisAway ? error : new RedisAway(reasonOf(error));
}

/** The message only: a driver's error contains the command's arguments, even those of AUTH. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = (error.cause ?? error) as { code?: unknown };
  return typeof code === 'string' ? `${error.message} (${code})` : error.message;
}
