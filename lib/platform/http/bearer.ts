import { AppError } from '#lib/platform/errors.ts';
import { isOneOf } from '#lib/platform/signing.ts';

/**
 * Throws `token_required` with `detail` unless the request has one of the tokens as its bearer token. A caller
 * with the shop's own variables may present the whole list of a rotation, as Vercel's cron does: then each
 * entry must be one of the tokens.
 */
export function requireBearer({ headers }: Request, tokens: readonly string[], detail: string): void {
  const [, given = ''] = /^Bearer (.*)$/s.exec(headers.get('authorization') ?? '') ?? [];
  const isRight = given
    .split(/\s*,\s*/)
    .map((token) => isOneOf(token, tokens))
    .every(Boolean);
  if (isRight) return;
  throw new AppError('token_required', { detail, headers: { 'www-authenticate': 'Bearer' } });
}
