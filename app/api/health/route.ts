import { json, notAllowed, route } from '#lib/platform/http/http.ts';

export const dynamic = 'force-dynamic';

/** The process is alive. Says nothing of what it depends on: that is `/api/ready`. */
export const GET = route(async () => json({ status: 'ok' }));

const refuse = notAllowed('GET');

export { refuse as DELETE, refuse as PATCH, refuse as POST, refuse as PUT };
