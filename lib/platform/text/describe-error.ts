/**
 * An error in the form that may be logged: its kind and origin, and nothing that a shopper wrote.
 * PostgreSQL's `detail` and `where` quote whole rows, Prisma's messages quote arguments, and mail servers
 * quote recipients. So only the properties below are kept, and only those messages that cannot quote a row.
 */
export interface ErrorInLog {
  type: string;
  message: string;
  code?: string;
  constraint?: string;
  table?: string;
  column?: string;
  model?: string;
  stack?: string;
  cause?: ErrorInLog;
  errors?: ErrorInLog[];
}

/** Limits for nested causes, and for the errors of an AggregateError. */
const maxDepth = 5;
const maxErrors = 5;
const maxMessage = 300;
const maxFrames = 12;

type Fields = Record<string, unknown>;

export function describeError(thrown: unknown, depth = 0): ErrorInLog {
  if (typeof thrown !== 'object' || thrown === null)
    return { type: typeof thrown, message: mask(String(thrown)) };
  const error = thrown as Fields;
  const { meta, cause, errors } = error;
  const adapter = fieldsOf(fieldsOf(meta)?.driverAdapterError) ?? error;
  const database = fieldsOf(adapter.cause);
  const inner = isPrisma(error) ? undefined : cause;
  return withoutEmpty({
    type: text(error.name) ?? 'Error',
    message: messageOf(error),
    code: word(database?.originalCode) ?? word(error.code),
    constraint: constraintOf(error.constraint ?? database?.constraint),
    table: word(error.table),
    column: word(error.column),
    model: word(fieldsOf(meta)?.modelName),
    stack: framesOf(error.stack),
    cause: inner !== undefined && depth < maxDepth ? describeError(inner, depth + 1) : undefined,
    errors:
      Array.isArray(errors) && depth < maxDepth
        ? errors.slice(0, maxErrors).map((one) => describeError(one, depth + 1))
        : undefined,
  });
}

/** Removes email addresses, and the rows and keys that PostgreSQL quotes. */
export function mask(message: string): string {
  return message
    .replaceAll(/[^\s<>"'(),;:=]+@[^\s<>"'(),;]+/g, '…@…')
    .replaceAll(/(Failing row contains|Key) \(.*\)/gs, '$1 (…)')
    .slice(0, maxMessage);
}

/** Messages of the database and Prisma quote values, and a parser's message quotes its input. */
function messageOf(error: Fields): string {
  const { name, code, message } = error;
  if (isPrisma(error)) return [name, code].filter(Boolean).join(' ');
  if ('severity' in error && 'routine' in error) return `PostgreSQL ${error.severity} ${code}`;
  if (name === 'SyntaxError') return 'could not be parsed';
  if (name === 'ZodError' || name === '$ZodError') return 'not valid';
  return mask(String(message ?? ''));
}

function isPrisma({ name }: Fields): boolean {
  return typeof name === 'string' && /^(?:PrismaClient|DriverAdapterError)/.test(name);
}

/** The name of a constraint, or the columns that Prisma gives instead. */
function constraintOf(constraint: unknown): string | undefined {
  const { index, fields } = fieldsOf(constraint) ?? {};
  return word(constraint) ?? word(index) ?? (Array.isArray(fields) ? fields.join(', ') : undefined);
}

/** The frames only: the first lines of a stack repeat the message. */
function framesOf(stack: unknown): string | undefined {
  const frames = String(stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  return frames.length > 0 ? frames.slice(0, maxFrames).join('\n') : undefined;
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A code or an identifier, which a shopper cannot have written. */
function word(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && /^[\w.-]{1,80}$/.test(value) ? value : undefined;
}

function withoutEmpty(described: ErrorInLog & { [name: string]: unknown }): ErrorInLog {
  const kept = Object.entries(described).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as unknown as ErrorInLog;
}
