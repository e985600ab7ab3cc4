/** The cookies of one browser for one site. Paths and domains are left out: the shop has one of each. */
export class Cookies {
  readonly #values = new Map<string, string>();

  /** Keeps what an answer sets. A cookie with `Max-Age` 0 or a date in the past is removed. */
  keep(setCookies: readonly string[]): void {
    for (const line of setCookies) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const at = pair.indexOf('=');
      if (at < 1) continue;
      const name = pair.slice(0, at);
      if (hasEnded(attributes)) this.#values.delete(name);
      else this.#values.set(name, pair.slice(at + 1));
    }
  }

  /** The request header; empty without a cookie. */
  headers(): { cookie?: string } {
    const pairs = [...this.#values].map(([name, value]) => `${name}=${value}`);
    return pairs.length > 0 ? { cookie: pairs.join('; ') } : {};
  }
}

function hasEnded(attributes: string[]): boolean {
  const valueIn = (name: string) =>
    attributes.find((text) => text.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
  const maxAge = valueIn('max-age');
  if (maxAge !== undefined) return Number(maxAge) <= 0;
  const expires = valueIn('expires');
  return expires !== undefined && Date.parse(expires) <= Date.now();
}
