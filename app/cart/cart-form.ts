import { z } from 'zod';
import { type CartProblem, cartProblems } from '#components/cart/cart-problems.ts';
import { maxLineQuantity } from '#lib/cart/schema.ts';
import { skuForm } from '#lib/cart/set-cart-line.ts';
import { readForm } from '#lib/checkout/submission/read-submission.ts';
import type { AppError } from '#lib/platform/errors.ts';
import { asAppError, clientIpOf, json, refuseForeignOrigin, route } from '#lib/platform/http/http.ts';
import { countedNetwork } from '#lib/platform/http/network-of.ts';

/**
 * Handles a form of the cart. Its URL is the same in every build, so a page of an older build still
 * works. A script asks for JSON and shows the answer in place. A form that the browser posts itself
 * gets a redirect, so that a reload doesn't post it again.
 */
export function cartForm({
  act,
  afterProblem,
}: {
  /**
   * Performs the form's action. Returns the answer for a script, and the page for a browser to open
   * next.
   */
  act: (
    typed: Record<string, string>,
    from: { network: string | undefined },
  ) => Promise<{ answer: object; location: string }>;
  /** Returns extra fields for a script, added to the problem. */
  afterProblem?: () => Promise<object>;
}) {
  return route(async (request, _context: unknown, requestId) => {
    const byScript = request.headers.get('accept') === 'application/json';
    try {
      refuseForeignOrigin(request);
      const { answer, location } = await act(await readForm(request), {
        network: countedNetwork(clientIpOf(request)),
      });
      return byScript ? json(answer) : seeOther(location);
    } catch (thrown) {
      const error = thrown instanceof z.ZodError ? undefined : asAppError(thrown, requestId);
      const problem = error ? problemOf(error) : 'input';
      if (!byScript) return seeOther(`/cart?${new URLSearchParams({ problem })}`);
      return json({ ...(await afterProblem?.()), problem: cartProblems[problem] });
    }
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
