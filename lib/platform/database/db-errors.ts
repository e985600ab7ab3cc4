/**
 * Classifies database errors, however Prisma wraps them: model calls carry Prisma's own codes, raw
 * statements P2010 with the SQLSTATE inside, the transaction API P2028, and connection errors of the driver
 * are passed through. Decides by SQLSTATE, never by the name of a constraint: partitions and shards have
 * other names.
 */

/** Serialization failure or deadlock: the database rolled the transaction back, and a retry may succeed. */
export function isRetryable(error: unknown): boolean {
  return hasCode(error, /^(40001|40P01|P2034)$/);
}

export function isUniqueViolation(error: unknown): boolean {
  return hasCode(error, /^(23505|P2002)$/);
}

/** The database refused the user or the password, for example because the password was changed. */
export function isLoginRefused(error: unknown): boolean {
  return (
    hasCode(error, /^(28\w{3}|P1000)$/) || hasKind(error, /^(AuthenticationFailed|DatabaseAccessDenied)$/)
  );
}

/**
 * The database could not be reached, did not let this process in, did not answer in time or is shutting down.
 * It did not refuse the statement. The outcome of a commit in progress is then unknown.
 */
export function isDatabaseAway(error: unknown): boolean {
  return (
    isLoginRefused(error) ||
    hasCode(
      error,
      /^(P1001|P1002|P1008|P1017|P2024|P2028|ECONN\w+|ENOTFOUND|EPIPE|ETIMEDOUT|57P0\d|57014|55P03|08\w{3}|53\d{3}|25006|25P0[34])$/,
    ) ||
    hasKind(error, /^(ConnectionClosed|DatabaseNotReachable|SocketTimeout|TooManyConnections)$/) ||
    hasMessage(error, withoutCode)
  );
}

/**
 * Errors that pg and pg-pool make themselves: a lost connection, a full pool, a query on a closed
 * connection. They have no code, so their text must decide.
 */
const withoutCode = /Connection terminated|timeout exceeded when trying to connect|is not queryable/;

/** Whether the error, or one that it wraps, has a matching code: Prisma's, Node's or an SQLSTATE. */
export function hasCode(error: unknown, pattern: RegExp): boolean {
  return layersOf(error).some(({ code, originalCode }) =>
    [code, originalCode].some((value) => typeof value === 'string' && pattern.test(value)),
  );
}

/** Within a transaction Prisma passes on the driver adapter's own error kinds. */
function hasKind(error: unknown, pattern: RegExp): boolean {
  return layersOf(error).some(({ kind }) => typeof kind === 'string' && pattern.test(kind));
}

function hasMessage(error: unknown, pattern: RegExp): boolean {
  return layersOf(error).some(({ message }) => typeof message === 'string' && pattern.test(message));
}

interface Layer {
  code?: unknown;
  originalCode?: unknown;
  kind?: unknown;
  message?: unknown;
}

/** The error and those it wraps, outermost first. Prisma nests fewer than five layers. */
function layersOf(error: unknown): Layer[] {
  const layers: Layer[] = [];
  let at = error as { cause?: unknown; meta?: { driverAdapterError?: unknown } } | undefined;
  while (at && typeof at === 'object' && layers.length < 5) {
    layers.push(at as Layer);
    at = (at.meta?.driverAdapterError ?? at.cause) as typeof at;
  }
  return layers;
}
