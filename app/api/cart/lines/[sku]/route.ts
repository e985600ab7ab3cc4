import { cartLineInputSchema } from '#lib/cart/schema.ts';
import { setCartLine } from '#lib/cart/set-cart-line.ts';
import { AppError } from '#lib/platform/errors.ts';
import {
  clientIpOf,
  json,
  notAllowed,
  parseOrThrow,
  readJson,
  refuseForeignOrigin,
  route,
} from '#lib/platform/http/http.ts';
import { countedNetwork } from '#lib/platform/http/network-of.ts';
import { sessionOrNew } from '#lib/platform/session/session.ts';

/** Limits the body size. A quantity needs a few bytes; the limit leaves room for any JSON formatting. */
const maxBytes = 1_024;

export const PUT = route<{ params: Promise<{ sku: string }> }>(async (request, { params }) => {
  refuseForeignOrigin(request);
  const { quantity } = parseOrThrow(cartLineInputSchema, await readJson(request, maxBytes));
  const ifVersion = readIfMatch(request.headers.get('if-match'));
  const { shopper, headers } = await sessionOrNew(request);
  const network = countedNetwork(clientIpOf(request));
  const { shopperId: userId } = shopper;
  const cart = await setCartLine({ userId, sku: (await params).sku, quantity, ifVersion, network });
  return json(cart, { headers: { ...headers, etag: `"${cart.version}"` } });
});

/** Reads the version from `If-Match: "3"`; undefined when the header is missing or is `*`. */
function readIfMatch(value: string | null): number | undefined {
  if (value === null || value.trim() === '*') return undefined;
  const version = value.trim().match(/^(?:W\/)?"?(\d{1,9})"?$/)?.[1];
  if (version !== undefined) return Number(version);
  const message = 'must be the version of the cart in quotes, like "3"';
  throw new AppError('invalid_request', {
    detail: `If-Match ${message}. Nothing was changed.`,
    extra: { fields: [{ path: 'If-Match', message }] },
  });
}

const refuse = notAllowed('PUT');

export { refuse as DELETE, refuse as GET, refuse as PATCH, refuse as POST };
