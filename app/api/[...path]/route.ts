import { AppError } from '#lib/platform/errors.ts';
import { route } from '#lib/platform/http/http.ts';

/** An unknown API path answers with a problem document, like any other error, not with a page. */
const notFound = route(async () => {
  throw new AppError('not_found', {
    detail: 'There is no such call. /api/openapi.json lists those that exist.',
  });
});

export {
  notFound as DELETE,
  notFound as GET,
  notFound as HEAD,
  notFound as OPTIONS,
  notFound as PATCH,
  notFound as POST,
  notFound as PUT,
};
