import { json, notAllowed, route } from '#lib/platform/http/http.ts';

export const dynamic = 'force-dynamic';

/** Liveness: the process is running. It doesn't check dependencies; `/api/ready` does. */
export const GET = route(async () => json({ status: 'ok' }));

const refuse = notAllowed('GET');

export { refuse as DELETE, refuse as PATCH, refuse as POST, refuse as PUT };
