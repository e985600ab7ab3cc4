import { z } from 'zod';
import { type CartProblem, cartProblems } from '#components/cart/cart-problems.ts';
import { maxLineQuantity } from '#lib/cart/cart-limits.ts';
import { skuForm } from '#lib/cart/set-cart-line.ts';
import { readForm } from '#lib/checkout/submission/read-submission.ts';
import type { AppError } from '#lib/platform/errors.ts';
import { asAppError, clientIpOf, json, refuseForeignOrigin, route } from '#lib/platform/http/http.ts';
import { countedNetwork } from '#lib/platform/http/network-of.ts';
import { shopperOfForm } from '#lib/platform/session/session.ts';

/**
 * Handles a form of the cart. Its URL is the same in every build, so a page of an older build still
 * works. A script asks for JSON and shows the answer in place. A form that the browser posts itself
 * gets a redirect, so that a reload doesn't post it again.
 */
export function cartForm<Schema extends z.ZodType>({
  schema,
  act,
  afterProblem,
}: {
  schema: Schema;
  /**
   * Performs the form's action for a shopper. Returns the answer for a script, and the page for a browser
   * to open next.
   */
  act: (
    edit: z.output<Schema>,
    by: { userId: string; network: string | undefined },
  ) => Promise<{ answer: object; location: string }>;
  /** Returns extra fields for a script, added to the problem. */
  afterProblem?: (request: Request) => Promise<object>;
}) {
  return route(async (request, _context: unknown, requestId) => {
    const byScript = request.headers.get('accept') === 'application/json';
    let cookies: string[] = [];
    let response: Response;
    try {
      refuseForeignOrigin(request);
      const edit = schema.parse(await readForm(request));
      const known = await shopperOfForm(request);
      cookies = known.cookies;
      const { shopperId: userId } = known.shopper;
      const { answer, location } = await act(edit, { userId, network: countedNetwork(clientIpOf(request)) });
      response = byScript ? json(answer) : seeOther(location);
    } catch (thrown) {
      const error = thrown instanceof z.ZodError ? undefined : asAppError(thrown, requestId);
      const problem = error ? problemOf(error) : 'input';
      response = byScript
        ? json({ ...(await afterProblem?.(request)), problem: cartProblems[problem] })
        : seeOther(`/cart?${new URLSearchParams({ problem })}`);
    }
    for (const cookie of cookies) response.headers.append('set-cookie', cookie);
    return response;
  });
}

/** Parses a typed quantity: a whole number from `min` to the maximum of a line. */
export const quantitySchema = (min: number) =>
  z
    .string()
    .trim()
    .regex(/^\d{1,4}$/)
    .transform(Number)
    .pipe(z.int().min(min).max(maxLineQuantity));

export const skuSchema = z.string().regex(skuForm);

function problemOf({ code }: AppError): CartProblem {
  switch (code) {
    case 'precondition_failed':
      return 'changed';
    case 'not_found':
      return 'gone';
    case 'cart_limit':
      return 'limit';
    case 'unavailable':
      return 'unavailable';
    case 'rate_limited':
      return 'busy';
    default:
      return 'failed';
  }
}

function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } });
}
