/**
 * A picture that isn't there. Files of `public/products` are served before this is asked, so only a
 * product whose file is missing, or newer than the running server, gets the shop's mark instead.
 */
const placeholder = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400"><rect width="400" height="400" fill="#f0ece2"/><circle cx="200" cy="200" r="56" fill="none" stroke="#b9b2a3" stroke-width="22"/></svg>`;

const isPicture = /\.(svg|png|jpe?g|webp|avif)$/i;

export async function GET(
  _request: Request,
  { params }: { params: Promise<{ picture: string }> },
): Promise<Response> {
  if (!isPicture.test((await params).picture)) return new Response(null, { status: 404 });
  // Not for long: the picture may come with the next start.
  const headers = { 'content-type': 'image/svg+xml', 'cache-control': 'public, max-age=60' };
  return new Response(placeholder, { headers });
}
