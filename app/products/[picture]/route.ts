import { shareName } from '#app/share-picture.ts';

/**
 * The placeholder for a missing picture. Next serves the files of `public/products` before it calls
 * this route. So only a product without a file, or with a file newer than the running server, gets the
 * shop's mark.
 */
const placeholder = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400"><rect width="400" height="400" fill="#f0ece2"/><circle cx="200" cy="200" r="56" fill="none" stroke="#b9b2a3" stroke-width="22"/></svg>`;

/** The picture may be available after the next start. */
const briefly = { 'cache-control': 'public, max-age=60' };

const isPicture = /\.(svg|png|jpe?g|webp|avif)$/i;

export async function GET(
  _request: Request,
  { params }: { params: Promise<{ picture: string }> },
): Promise<Response> {
  const { picture } = await params;
  if (!isPicture.test(picture)) return new Response(null, { status: 404 });
  // A new drawing has no preview until `npm run pictures` has made it.
  if (picture.endsWith(shareName(''))) {
    return new Response(null, { status: 307, headers: { ...briefly, location: '/share.png' } });
  }
  const headers = { ...briefly, 'content-type': 'image/svg+xml' };
  return new Response(placeholder, { headers });
}
