import { type ActorOf, byJob } from '#lib/orders/actor.ts';

/** An operator, and a job that settles a payment. */
export const eva: ActorOf<'operator'> = { kind: 'operator', name: 'eva' };
export const settling: ActorOf<'job'> = byJob('settle_payment');
