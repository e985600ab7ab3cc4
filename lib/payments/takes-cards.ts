import { env } from '#lib/env.ts';

/** Whether the shop takes cards: it does once it has a provider's key. */
export function takesCards(): boolean {
  return env().STRIPE_SECRET_KEY !== undefined;
}
