import type { BrowserContext } from '@playwright/test';
import { Shopper } from '../shopper/shopper.ts';

/** The shopper of a browser: it calls the shop's API, and the browser's pages have the same cookies. */
export function shopperOf(context: BrowserContext, origin: string): Shopper {
  return new Shopper(async (path, { method = 'GET', headers, body } = {}) => {
    const sent = { method, headers: Object.fromEntries(new Headers(headers)), data: body as string };
    const answer = await context.request.fetch(origin + path, sent);
    const answered = answer.headersArray().map(({ name, value }): [string, string] => [name, value]);
    return new Response(await answer.text(), { status: answer.status(), headers: answered });
  });
}
