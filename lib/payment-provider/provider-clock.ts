import type Stripe from 'stripe';

/**
 * The provider's clock, read from the `Date` header of its answers. The provider's records use that clock
 * and the shop's rows use the database's; the two may differ by any amount. Between two answers it advances
 * with this process's monotonic clock, which is never adjusted.
 */
export class ProviderClock {
  #heard: { ms: number; at: number } | undefined;

  /** Undefined until the provider has answered something. */
  get nowMs(): number | undefined {
    return this.#heard && this.#heard.ms + performance.now() - this.#heard.at;
  }

  /** Makes the client read the time from each answer. */
  listenTo(client: Stripe.HttpClient): Stripe.HttpClient {
    const makeRequest = client.makeRequest.bind(client);
    client.makeRequest = async (...request) => {
      const response = await makeRequest(...request);
      // A proxy in front of the provider may have sent a 5xx answer.
      if (response.getStatusCode() < 500) this.#hear(response.getHeaders().date);
      return response;
    };
    return client;
  }

  #hear(date: unknown): void {
    const ms = Date.parse(String(date));
    if (!Number.isNaN(ms)) this.#heard = { ms, at: performance.now() };
  }
}
