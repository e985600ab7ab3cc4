import type Stripe from 'stripe';

/**
 * The provider's clock, as the `Date` of its answers tells it. Its books go by that clock and our rows by
 * the database's, and the two may differ by any time. Between two answers it goes on by this process's
 * steady clock, which nobody sets.
 */
export class ProviderClock {
  #heard: { ms: number; at: number } | undefined;

  /** Undefined until the provider has answered something. */
  get nowMs(): number | undefined {
    return this.#heard && this.#heard.ms + performance.now() - this.#heard.at;
  }

  /** The client, with an ear for what time it is there. */
  listenTo(client: Stripe.HttpClient): Stripe.HttpClient {
    const makeRequest = client.makeRequest.bind(client);
    client.makeRequest = async (...request) => {
      const response = await makeRequest(...request);
      // A failure may be the answer of something that stands before the provider.
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
