import { POST as unknownCall } from '#app/api/[...path]/route.ts';
import { renderAgain } from '#app/catalogue-pages.ts';
import { isInternalCall } from '#lib/platform/http/internal-call.ts';

/**
 * Renders the pages with these tags again. The Node host calls it within its own process, because Next
 * accepts `revalidateTag` only while it handles a request. For every other client this call does not exist.
 */
export async function POST(request: Request, context: object): Promise<Response> {
  if (!isInternalCall(request)) return unknownCall(request, context);
  renderAgain(new URL(request.url).searchParams.getAll('tag'));
  return new Response(null, { status: 204 });
}

export { DELETE, GET, HEAD, OPTIONS, PATCH, PUT } from '#app/api/[...path]/route.ts';
