import { z } from 'zod';
import { type CartProblem, cartProblems } from '#components/cart/cart-problems.ts';
import { maxLineQuantity } from '#lib/cart/schema.ts';
import { skuForm } from '#lib/cart/set-cart-line.ts';
import { readForm } from '#lib/checkout/submission/read-submission.ts';
import type { AppError } from '#lib/platform/errors.ts';
import { asAppError, clientIpOf, json, refuseForeignOrigin, route } from '#lib/platform/http/http.ts';
import { countedNetwork } from '#lib/platform/http/network-of.ts';

/**
 * The cart's forms post to addresses that are the same in every build, so a page of an older build
 * still works. A script asks for JSON and shows the answer in place; a form that the browser posts
 * by itself is answered with a redirect, so that a reload does not post it again.
 */
export function cartForm({
  act,
  afterProblem,
}: {
  /** Does what the form asks for: the answer for a script, and the page that a browser goes on to. */
  act: (
    typed: Record<string, string>,
    from: { network: string | undefined },
  ) => Promise<{ answer: object; location: string }>;
  /** What a script is told beside the problem. */
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

/** A quantity as it was typed: the text of a whole number from `min` to what a line may hold. */
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
