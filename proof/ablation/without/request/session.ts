import * as shop from '#lib/platform/session/session.ts';

/** The user id in a cookie is accepted without its signature. */

export * from '#lib/platform/session/session.ts';

const userIdOf = (request: Request): string | undefined =>
  request.headers.get('cookie')?.match(new RegExp(`${shop.sessionCookie}=([0-9a-f-]{36})\\.`))?.[1];

export const sessionOf: typeof shop.sessionOf = async (request) => userIdOf(request);

export const requireSession: typeof shop.requireSession = async (request) =>
  userIdOf(request) ?? shop.requireSession(request);
