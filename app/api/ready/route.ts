import { json, notAllowed, route } from '#lib/platform/http/http.ts';
import { checkReadiness } from '#lib/platform/readiness.ts';

export const dynamic = 'force-dynamic';

export const GET = route(async () => {
  const readiness = await checkReadiness();
  return json(readiness, { status: readiness.status === 'unavailable' ? 503 : 200 });
});

const refuse = notAllowed('GET');

export { refuse as DELETE, refuse as PATCH, refuse as POST, refuse as PUT };
