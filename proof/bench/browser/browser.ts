import { textOf } from './body.ts';
import { Cookies } from './cookies.ts';
import { documentHeaders, type ScriptCall, scriptHeaders } from './headers.ts';
import type { Lane, Reply } from './lane.ts';

/** One shopper's browser: it keeps cookies, and knows which page is open. */
export class Browser {
  readonly #origin: string;
  readonly #cookies = new Cookies();
  /** The address of the open page. */
  #page: string | undefined;

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Opens a document, as a link on the open page does. */
  async open(lane: Lane, path: string): Promise<Reply> {
    const url = this.#origin + path;
    const headers = { ...documentHeaders(this.#page), ...this.#cookies.headers() };
    const reply = await lane.send({ method: 'GET', url, headers });
    this.#cookies.keep(reply.headers['set-cookie'] ?? []);
    this.#page = url;
    return reply;
  }

  /** Calls the shop, as a script of the open page does. */
  async call(
    lane: Lane,
    path: string,
    { body, ...call }: Omit<ScriptCall, 'from'> & { body?: string },
  ): Promise<Reply> {
    const from = this.#page ?? `${this.#origin}/`;
    const headers = { ...scriptHeaders({ ...call, from }), ...this.#cookies.headers() };
    const reply = await lane.send({ method: call.method, url: this.#origin + path, headers, body });
    this.#cookies.keep(reply.headers['set-cookie'] ?? []);
    return reply;
  }
}

/** The text of a reply. Throws when its body cannot be decoded. */
export const readText = ({ body, headers }: Reply): string => textOf(body, headers['content-encoding']);
