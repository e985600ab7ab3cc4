import { shop, type World } from '#proof/chaos/rounds/scripts.ts';
import type { Random } from '#proof/harness/random.ts';
import { sharedNetwork } from '#proof/harness/shopper/networks.ts';
import { RecordedShopper } from '#proof/harness/shopper/recorded-shopper.ts';
import type { SpecialRound, Stage } from './special-round.ts';

/**
 * Attackers with fresh cookies and invented email addresses order from two networks and never pay, while
 * other shoppers shop. Meanwhile a process is killed and Redis loses its data: unpaid orders are counted
 * in the database. Afterwards no network may have left more unpaid than the limits allow
 * (check-unpaid.ts), and the other shoppers can still buy.
 */
export const unpaidRound: SpecialRound = {
  name: 'orders left unpaid',
  async play(stage) {
    const { world, random } = stage;
    const refusedBefore = refusals(world);
    let open = true;
    let shoppers = 0;
    const crowd = Promise.all(
      Array.from({ length: Math.ceil(stage.shoppers / 2) }, async (_, place) => {
        for (let turn = 0; open; turn += 1) {
          shoppers += 1;
          await shop(world, random.fork(`shopper ${place} ${turn}`));
        }
      }),
    );
    try {
      await attack(stage);
    } finally {
      open = false;
    }
    await crowd;
    return {
      strikes: { [unpaidRound.name]: refusals(world) - refusedBefore },
      shoppers,
    };
  },
};

/** Together the waves want several times a network's limit. */
const waves = 4;
/** By then the first limits are reached. */
const breaksInWave = 1;

async function attack(stage: Stage): Promise<void> {
  const { world, shoppers, random, number } = stage;
  const networks = [sharedNetwork(2 * number), sharedNetwork(2 * number + 1)];
  for (let wave = 0; wave < waves; wave += 1) {
    const attackers = networks.flatMap((network) =>
      Array.from({ length: shoppers }, (_, place) =>
        leaveUnpaid(world, network, random.fork(`${network} ${wave} ${place}`)),
      ),
    );
    await Promise.all([...attackers, wave === breaksInWave ? breakSomething(stage) : undefined]);
  }
}

/** Two thirds order by invoice, the others with a card that is declined. */
const payments = [
  { method: 'invoice' },
  { method: 'invoice' },
  { method: 'card', token: 'pm_card_chargeDeclined' },
];

async function leaveUnpaid(world: World, network: string, random: Random): Promise<void> {
  const shopper = new RecordedShopper({ ...world, network }, random);
  await shopper.put(random.pick(world.plenty), random.between(10, 40));
  const email = `eve-${shopper.client}@example.com`;
  const submission = await shopper.submission(random.pick(payments), { email });
  if (!submission) return;
  world.sent.push(submission);
  await shopper.submitTogether(submission, random.between(1, 2));
}

async function breakSomething({ harness, random }: Stage): Promise<void> {
  await harness.apps[random.between(0, 1)]?.kill();
  await harness.redis.flush();
  await harness.restore();
}

const limitCode = 'order_limit';

/** How many submissions were refused because of unpaid orders. */
const refusals = ({ history }: World) =>
  new Set(history.calls.filter(({ code }) => code === limitCode).map(({ token }) => token)).size;
