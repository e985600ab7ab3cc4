import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '#proof/harness/random.ts';
import type { Placed } from '#proof/harness/shopper/outcome.ts';
import {
  bankCard,
  debits,
  RecordedShopper,
  type Shop,
  type Submission,
} from '#proof/harness/shopper/recorded-shopper.ts';

/** Shopper behaviour that a shop could get wrong. Each script is run by one shopper. */

export interface World extends Shop {
  /** Enough stock for all shoppers. */
  plenty: readonly string[];
  /** A few units each, wanted by many shoppers. */
  scarce: readonly string[];
  /** Submissions of this round, to be sent again when it is over. */
  sent: Submission[];
  /** Ids of orders that were placed, for the scripts that try to read another shopper's order. */
  placed: string[];
}

interface Scene {
  shopper: RecordedShopper;
  world: World;
  random: Random;
  payment: Record<string, unknown>;
  sku: string;
}

type Script = (scene: Scene) => Promise<void>;

/** Weights are how many of about twenty shoppers run the script. */
const scripts: [weight: number, script: Script][] = [
  [7, buysOnce],
  [4, hasTwoTabs],
  [3, editsMeanwhile],
  [1, sendsAnotherBody],
  [3, cancels],
  [2, buysAgain],
];

/** Some of the other scripts leave orders behind that no shopper would confirm at the bank. */
const goesToTheBank = new Set([buysOnce, cancels]);

/**
 * A third pay by invoice. Some of the cards are declined, some wait for the bank's page, and some are
 * debits.
 */
const payments = [
  { method: 'invoice' },
  { method: 'invoice' },
  { method: 'invoice' },
  { method: 'card', token: 'pm_card_visa' },
  { method: 'card', token: 'pm_card_visa' },
  { method: 'card', token: 'pm_card_chargeDeclined' },
  { method: 'card', token: bankCard },
  ...debits.map((token) => ({ method: 'card', token })),
];

/** Takes one shopper from an empty cart to the end of a script. */
export async function shop(world: World, random: Random): Promise<void> {
  const shopper = new RecordedShopper(world, random);
  const sku = random.pick(random.chance(0.3) ? world.scarce : world.plenty);
  const payment = random.pick(payments);
  const possible = payment.token === bankCard ? scripts.filter(([, one]) => goesToTheBank.has(one)) : scripts;
  const script = random.pick(possible.flatMap(([weight, one]) => Array<Script>(weight).fill(one)));
  if (await shopper.put(sku, random.between(1, 2))) await script({ shopper, world, random, payment, sku });
}

async function buysOnce(scene: Scene): Promise<void> {
  const submission = await prepare(scene);
  if (!submission) return;
  await after(scene, await scene.shopper.submitTogether(submission, scene.random.between(1, 4)));
}

/** The same cart at two prices: two tokens, of which one may make an order. */
async function hasTwoTabs(scene: Scene): Promise<void> {
  const { shopper, random } = scene;
  const tabs = [await prepare(scene), await prepare(scene, { shippingMethod: 'express' })];
  const placed = await Promise.all(
    tabs.map((tab) => tab && shopper.submitTogether(tab, random.between(1, 3))),
  );
  await after(scene, placed[0]);
}

/** The cart changes while it is ordered: either what the shopper saw is ordered, or nothing is. */
async function editsMeanwhile(scene: Scene): Promise<void> {
  const { shopper, random, sku } = scene;
  const submission = await prepare(scene);
  if (!submission) return;
  const [placed] = await Promise.all([
    shopper.submitTogether(submission, random.between(1, 3)),
    shopper.put(sku, random.between(3, 4)),
  ]);
  await after(scene, placed);
}

/** One token with two email addresses: only one body gets an order. */
async function sendsAnotherBody(scene: Scene): Promise<void> {
  const { shopper } = scene;
  const bodies = [await prepare(scene), await prepare(scene, { email: 'eve@example.com' })];
  await Promise.all(bodies.map((body) => body && shopper.submitTogether(body, 2)));
}

/**
 * Cancels twice at the same time. Half of the time another card is tried meanwhile, or the first charge
 * is still unknown.
 */
async function cancels(scene: Scene): Promise<void> {
  const { shopper, random } = scene;
  const submission = await prepare(scene);
  if (!submission) return;
  const placed = await shopper.submitTogether(submission, 1);
  if (!placed?.orderId) return;
  const { orderId } = placed;
  await Promise.all([
    shopper.cancel(orderId),
    shopper.cancel(orderId),
    random.chance(0.5) ? after(scene, placed) : undefined,
  ]);
}

/**
 * Orders the same lines again from a new cart. The shop asks whether that is intended; the shopper
 * confirms.
 */
async function buysAgain(scene: Scene): Promise<void> {
  const { shopper, sku, random } = scene;
  await buysOnce(scene);
  if (!(await shopper.put(sku, random.between(1, 2)))) return;
  const again = await prepare(scene);
  const placed = again && (await shopper.submitTogether(again, 2));
  if (placed?.status !== 409) return;
  const meant = await prepare(scene, { confirmDuplicate: true });
  if (meant) await shopper.submitTogether(meant, 2);
}

async function prepare(
  { shopper, world, payment }: Scene,
  change: Record<string, unknown> = {},
): Promise<Submission | undefined> {
  const submission = await shopper.submission(payment, change);
  if (submission) world.sent.push(submission);
  return submission;
}

/** How long a shopper looks at the bank's page. The payment may be cancelled meanwhile. */
const longestAtBankMs = 2_000;
/** How long an order is being packed. Its money may be refunded or disputed meanwhile. */
const longestPackingMs = 2_500;

/**
 * Tries another card from two windows if the first was declined. Then reads the shopper's own order and
 * another shopper's. Some orders are fulfilled.
 */
async function after({ shopper, world, random, payment }: Scene, placed: Placed | undefined): Promise<void> {
  if (!placed?.orderId) return;
  const { orderId, status } = placed;
  const atBank =
    payment.token === bankCard && (await shopper.answerBank(orderId, random.between(0, longestAtBankMs)));
  if (status === 402 || atBank === 'refuse')
    await Promise.all([shopper.pay(orderId, 2), shopper.pay(orderId, 2)]);
  await shopper.read(orderId);
  const others = world.placed.filter((id) => id !== orderId);
  if (others.length > 0) await shopper.read(random.pick(others), 'snoop');
  world.placed.push(orderId);
  if (!random.chance(0.4)) return;
  await sleep(random.between(0, longestPackingMs));
  await shopper.beFulfilled(orderId);
}
