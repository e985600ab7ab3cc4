import type { World } from '#proof/chaos/rounds/scripts.ts';
import type { Harness } from '#proof/harness/harness.ts';
import type { Random } from '#proof/harness/random.ts';
import { backUpDatabase, type DatabaseBackup } from '#proof/harness/services/database-backup.ts';
import type { Placed } from '#proof/harness/shopper/outcome.ts';
import { RecordedShopper, type Submission } from '#proof/harness/shopper/recorded-shopper.ts';
import type { SpecialRound, Stage } from './special-round.ts';

/**
 * The database is restored to a moment before the orders of the round. Redis, the payment provider and
 * the shoppers' tabs know what came after it. Every shopper sends the same submission again. Each must
 * get the same order, charged once.
 *
 * Shoppers buy only items with plenty of stock, because after a restore the last unit may go to another
 * shopper. They don't cancel, because a lost cancellation cannot be recovered.
 */
export const restoredRound: SpecialRound = {
  name: 'database restored',
  async play(stage) {
    const { harness, world, random } = stage;
    const visits = await fillCarts(stage);
    const backup = await backUpDatabase(harness.postgres);

    // The database is lost while the last shoppers order, so writes and charges in progress are lost,
    // too.
    const enough = random.between(Math.ceil(visits.length / 2), visits.length);
    let answered = 0;
    const reached = Promise.withResolvers<void>();
    const restored = Promise.withResolvers<void>();
    const crowd = Promise.all(
      visits.map(async (visit) => {
        await orderAndPay(visit);
        await sendOnceMore(visit);
        answered += 1;
        if (answered === enough) reached.resolve();
        await restored.promise;
        await orderAndPay(visit);
        await lookAtOrder(visit, world);
      }),
    );
    await reached.promise;
    const accepted = acceptedOrders(world, visits);
    await restoreDatabase(harness, backup, random);
    const kept = new Set(await standing(harness, accepted));
    const lost = accepted.filter((id) => !kept.has(id));
    restored.resolve();
    await crowd;
    await harness.restore();
    return {
      strikes: { [restoredRound.name]: (await standing(harness, lost)).length },
      shoppers: visits.length,
    };
  },
};

/** A shopper with a submission that can be sent any number of times. */
interface Visit {
  shopper: RecordedShopper;
  submission: Submission;
  random: Random;
}

const declined = { method: 'card', token: 'pm_card_chargeDeclined' };

/** Half pay by invoice. Half of the cards are declined, and then another card pays. */
const payments = [
  { method: 'invoice' },
  { method: 'invoice' },
  { method: 'card', token: 'pm_card_visa' },
  declined,
];

/** All shoppers have a cart and see its checkout before the backup. */
async function fillCarts({ world, shoppers, random }: Stage): Promise<Visit[]> {
  const visits = await Promise.all(
    Array.from({ length: 2 * shoppers }, async (_, place): Promise<Visit | undefined> => {
      const own = random.fork(`shopper ${place}`);
      const shopper = new RecordedShopper(world, own);
      await shopper.put(own.pick(world.plenty), own.between(1, 2));
      // Cycles through all payments, so that each is used however few shoppers there are.
      const submission = await shopper.submission(payments[place % payments.length] ?? {});
      return submission && { shopper, submission, random: own };
    }),
  );
  const ready = visits.filter((visit) => visit !== undefined);
  if (ready.length === 0) throw new Error('no shopper came as far as the checkout');
  world.sent.push(...ready.map(({ submission }) => submission));
  return ready;
}

/**
 * Sends several copies through several entrances. After a declined card, pays with another card from two
 * windows.
 */
async function orderAndPay({ shopper, submission, random }: Visit): Promise<void> {
  const placed: Placed | undefined = await shopper.submitTogether(submission, random.between(1, 4));
  if (placed?.status !== 402 || !placed.orderId) return;
  const { orderId } = placed;
  await Promise.all([shopper.pay(orderId, 2), shopper.pay(orderId, 2)]);
}

/** A reload, or the Back button. Redis, nginx and any other cache get an answer to keep. */
async function sendOnceMore({ shopper, submission }: Visit): Promise<void> {
  // Once a second card has paid, this would be answered 201. After the restore it would be 402 until
  // that card pays again.
  if (submission.body.payment === declined) return;
  await shopper.submit(submission);
}

async function lookAtOrder({ shopper, submission }: Visit, { history }: World): Promise<void> {
  const { order } = history.calls.findLast((call) => call.token === submission.token && call.order) ?? {};
  if (order) await shopper.read(order);
}

/**
 * The procedure for operators (docs/operations.md), or a failover during which the processes keep
 * running.
 */
async function restoreDatabase(harness: Harness, backup: DatabaseBackup, random: Random): Promise<void> {
  const { apps, worker, edge, postgres } = harness;
  await postgres.kill();
  if (random.chance(0.5)) await Promise.all([...apps, worker].map((service) => service.stop()));
  await backup.bringBack();
  // nginx caches accepted answers, and its cache is empty when it starts.
  await edge?.stop();
  await harness.postgres.start();
  if (random.chance(0.5)) await harness.redis.flush();
  await worker.start();
  await Promise.all(apps.map((service) => service.start()));
  await edge?.start();
}

function acceptedOrders({ history }: World, visits: readonly Visit[]): string[] {
  const tokens = new Set(visits.map(({ submission }) => submission.token));
  const accepted = history.calls.filter(({ token, status }) => status === 201 && tokens.has(token ?? ''));
  return [...new Set(accepted.flatMap(({ order }) => order ?? []))];
}

/** The ids that the database still has. */
function standing({ withDatabase }: Harness, ids: readonly string[]): Promise<string[]> {
  return withDatabase(async (client) => {
    const { rows } = await client.query<{ id: string }>('SELECT id FROM orders WHERE id = ANY($1::uuid[])', [
      ids,
    ]);
    return rows.map(({ id }) => id);
  });
}
