import { errors, type UpstashRequest, type UpstashResponse } from '@upstash/redis';

/** Redis could not be reached, did not answer in time, or said that it cannot serve just now. */
export class RedisAway extends Error {}

/**
 * What Redis says when it is there but unable to serve, as opposed to refusing a wrong command.
 * A code stands at the front or, when a script's command failed on Redis 6, after a hyphen.
 */
const cannotServe =
  /(^|\s-)(LOADING|BUSY|OOM|READONLY|MISCONF|MASTERDOWN|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|NOAUTH|WRONGPASS|NOPERM|UNKILLABLE)\b|limit exceeded|max number of clients/;

/** Redis's own errors open with a code in capitals; a proxy's ("Unauthorized", "Bad gateway") don't. */
const redisCode = /^[A-Z]{2,} /;

/** Whether an error reply means that Redis is away, rather than that the command was wrong. */
export function saysAway(message: string): boolean {
  return cannotServe.test(message) || !redisCode.test(message);
}

/**
 * Stands between the client and any of the transports, so that errors look the same over all
 * three: a refused command is a reply `{ error }`, everything else throws `RedisAway`.
 */
export async function settleReply<Result>(
  request: UpstashRequest,
  send: (request: UpstashRequest) => Promise<UpstashResponse<Result>>,
): Promise<UpstashResponse<Result>> {
  let reply: UpstashResponse<Result>;
  try {
    reply = await send(request);
  } catch (error) {
    reply = { error: refusalOf(error, request) };
  }
  // A pipeline's reply is an array of replies, one a command, whatever its type says.
  if (Array.isArray(reply)) reply.forEach(throwIfAway);
  else throwIfAway(reply);
  // A transaction that is refused as a whole is not such an array, and the client expects one.
  if (request.path && reply.error) throw new errors.UpstashError(reply.error);
  return reply;
}

function throwIfAway({ error }: UpstashResponse<unknown>): void {
  if (error && saysAway(error)) throw new RedisAway(error);
}

/**
 * What Redis refused, from the error that the REST client makes of it. That client repeats the
 * whole command behind the message, and with it whatever the shopper typed, which then is in the log.
 */
function refusalOf(error: unknown, { body }: UpstashRequest): string {
  if (error instanceof errors.UpstashError && !(error instanceof errors.UpstashJSONParseError)) {
    return error.message.replace(`, command was: ${JSON.stringify(body)}`, '');
  }
  throw error instanceof RedisAway ? error : new RedisAway(reasonOf(error));
}

/** The message and no more: a driver's error carries the command's arguments, even AUTH's. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = (error.cause ?? error) as { code?: unknown };
  return typeof code === 'string' ? `${error.message} (${code})` : error.message;
}
