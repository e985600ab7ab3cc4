import type { JobName } from '#lib/jobs/jobs.ts';

/** Who changes an order or moves its money. Code decides by `kind`, never by the printed text. */
export type Actor =
  /** A guest, or the shopper of an account. */
  | { kind: 'shopper'; accountId?: string }
  | { kind: 'operator'; name: string }
  /** The payment provider, or a person in its dashboard. */
  | { kind: 'provider' }
  | { kind: 'job'; name: JobName };

export type ActorOf<Kind extends Actor['kind']> = Extract<Actor, { kind: Kind }>;

export const byShopper: ActorOf<'shopper'> = { kind: 'shopper' };
export const byProvider: ActorOf<'provider'> = { kind: 'provider' };
export const byJob = (name: JobName): ActorOf<'job'> => ({ kind: 'job', name });

/** The text of the column `actor`, which people read in order events and webhooks: `operator:ada`. */
export function printActor(actor: Actor): string {
  const name = nameOf(actor);
  return name ? `${actor.kind}:${name}` : actor.kind;
}

function nameOf(actor: Actor): string | undefined {
  if (actor.kind === 'shopper') return actor.accountId;
  return actor.kind === 'provider' ? undefined : actor.name;
}

/**
 * The actor of a row, the inverse of `printActor`. During a deployment, processes of the previous release
 * write no kind. Then the text says it, as in `0015_actor_kind`.
 */
export function readActor({ actor, actorKind }: { actor: string; actorKind: Actor['kind'] | null }): Actor {
  const [prefix = '', ...rest] = actor.split(':');
  const name = rest.join(':');
  switch (actorKind ?? prefix) {
    case 'shopper':
      return name === '' ? byShopper : { kind: 'shopper', accountId: name };
    case 'provider':
      return byProvider;
    case 'job':
      return byJob(name as JobName);
    default:
      return { kind: 'operator', name };
  }
}
