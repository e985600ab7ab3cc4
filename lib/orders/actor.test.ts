import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jobNames } from '#lib/jobs/jobs.ts';
import { type Actor, byJob, byProvider, byShopper, printActor, readActor } from '#lib/orders/actor.ts';

const actors = fc.oneof<fc.Arbitrary<Actor>[]>(
  fc.constant(byShopper),
  fc.uuid().map((accountId) => ({ kind: 'shopper', accountId })),
  fc.string({ minLength: 1 }).map((name) => ({ kind: 'operator', name })),
  fc.constant(byProvider),
  fc.constantFrom(...jobNames).map(byJob),
);

test('the texts of the rows are those of earlier releases', () => {
  const printed = [byShopper, byProvider, byJob('expire_holds'), { kind: 'operator' as const, name: 'ada' }];
  expect(printed.map(printActor)).toEqual(['shopper', 'provider', 'job:expire_holds', 'operator:ada']);
});

test('every actor is read from its row as it was written, also from a row without a kind', () => {
  fc.assert(
    fc.property(actors, (actor) => {
      const text = printActor(actor);
      expect(readActor({ actor: text, actorKind: actor.kind })).toEqual(actor);
      expect(readActor({ actor: text, actorKind: null })).toEqual(actor);
    }),
  );
});
