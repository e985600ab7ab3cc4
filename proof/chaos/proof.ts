import { setTimeout as sleep } from 'node:timers/promises';
import { checkHistory } from '#proof/chaos/checker/check-history.ts';
import { recordsAreTrue } from '#proof/chaos/checker/check-records.ts';
import { unpaidBeyondLimits, unpaidMiscounted } from '#proof/chaos/checker/check-unpaid.ts';
import type { Violation } from '#proof/chaos/checker/evidence.ts';
import { History, type Reply } from '#proof/chaos/checker/history.ts';
import { findPersonal } from '#proof/chaos/logs/find-personal.ts';
import { RunLogs, secretsOf } from '#proof/chaos/logs/read-logs.ts';
import { type Pace, playFaults } from '#proof/chaos/rounds/faulty-round.ts';
import type { Plan } from '#proof/chaos/rounds/plan.ts';
import type { World } from '#proof/chaos/rounds/scripts.ts';
import { booksDiffer } from '#proof/harness/evidence/books.ts';
import { gather } from '#proof/harness/evidence/gather.ts';
import { addGoods } from '#proof/harness/evidence/goods.ts';
import { readRecords } from '#proof/harness/evidence/records.ts';
import { settle } from '#proof/harness/evidence/settle.ts';
import { readUnpaid } from '#proof/harness/evidence/unpaid.ts';
import type { Harness } from '#proof/harness/harness.ts';
import type { Random } from '#proof/harness/random.ts';
import { RecordedShopper, type Shop, type Submission } from '#proof/harness/shopper/recorded-shopper.ts';

/** The results of one round. */
export interface Round {
  number: number;
  faults: string[];
  /** How often each fault struck: connections reset, replies lost, processes killed. */
  strikes: Record<string, number>;
  shoppers: number;
  calls: number;
  /** Milliseconds from when everything worked again until no payment was open. */
  settledMs: number | undefined;
  /** Lines of logs that were searched for personal data. */
  logLines: number;
  violations: Violation[];
}

const usualPace: Pace = { beforeMs: 700, duringMs: 3_500, afterMs: 1_500 };
/** Submissions of earlier rounds that are sent again after a round, in addition to all of its own. */
const earlierSentAgain = 20;
/** How many shoppers send again at the same time. */
const sendersAgain = 6;
/** How long a newly accepted order may wait for its payment's outcome. */
const becomesWithinMs = 20_000;
/** How long a request that its client abandoned may still run: longer than any timeout of the shop. */
const lastWordsMs = 20_000;

/**
 * One harness and its whole history. Its rounds run one after another, and each check covers everything so
 * far.
 */
export class Proof {
  readonly history: History;
  readonly #harness: Harness;
  readonly #pace: Pace;
  readonly #goods = new Map<string, number>();
  readonly #earlier: Submission[] = [];
  readonly #logs: RunLogs;
  #deaths = 0;

  constructor(
    harness: Harness,
    { historyFile, pace = usualPace }: { historyFile?: string; pace?: Pace } = {},
  ) {
    this.#harness = harness;
    this.#logs = new RunLogs(harness);
    this.#pace = pace;
    this.history = new History(historyFile);
  }

  /** Shoppers shop while faults are on. Then everything is restored, settles, and is checked. */
  async round(plan: Plan): Promise<Round> {
    const harness = this.#harness;
    const names = plan.special ? [plan.special.name] : plan.faults.map(({ name }) => name);
    const callsBefore = this.history.calls.length;
    const world = await this.#openWorld(plan);
    await harness.note(`round ${plan.number}: ${names.join(' + ') || 'nothing goes wrong'}`);
    const stage = { ...plan, harness, world };
    const { strikes, shoppers } = plan.special
      ? await plan.special.play(stage)
      : await playFaults(stage, plan.faults, this.#pace);

    const settledMs = await settle(harness);
    await this.#sendAgain(world, plan.random.fork('again'));
    const shut = await this.#findShutDoors(world, plan.random.fork('afterwards'));
    this.#earlier.push(...world.sent);
    const logged = await this.lookAtLogs();
    return {
      number: plan.number,
      faults: names,
      strikes,
      shoppers,
      calls: this.history.calls.length - callsBefore,
      settledMs,
      logLines: logged.lines,
      violations: [
        ...logged.violations,
        ...(await this.#check()),
        ...shut,
        ...(await booksDiffer(harness)),
        ...this.#newDeaths(),
        ...unsettled(settledMs),
      ],
    };
  }

  async #openWorld({ number, random }: Plan): Promise<World> {
    const name = (kind: string, index: number) => `PROVE-${number}-${kind}-${index}`;
    const plenty = [1, 2, 3].map((index) => name('PLENTY', index));
    const scarce = [1, 2].map((index) => name('SCARCE', index));
    const goods = new Map([
      ...plenty.map((sku) => [sku, 100_000] as const),
      ...scarce.map((sku) => [sku, random.between(1, 6)] as const),
    ]);
    await addGoods(this.#harness, goods);
    for (const [sku, units] of goods) this.#goods.set(sku, units);
    return { ...this.#shop, plenty, scarce, sent: [], placed: [] };
  }

  /**
   * Sends the same submissions again, through any entrance, until each is answered. The answer must
   * match the earlier one or, without an earlier one, be true.
   */
  async #sendAgain({ sent }: World, random: Random): Promise<void> {
    const some = [...sent];
    for (let count = 0; count < earlierSentAgain && this.#earlier.length > 0; count += 1)
      some.push(random.pick(this.#earlier));
    let next = 0;
    const send = async () => {
      for (let index = next++; index < some.length; index = next++) {
        const submission = some[index] as Submission;
        const shopper = new RecordedShopper(this.#shop, random.fork(`again ${index}`), submission.who);
        await shopper.submitUntilKnown(submission, { again: true });
      }
    };
    await Promise.all(Array.from({ length: sendersAgain }, send));
  }

  /**
   * A shop that does no work keeps every promise, too. So each entrance must sell both an invoice order
   * and a card order.
   */
  async #findShutDoors({ plenty, sent }: World, random: Random): Promise<Violation[]> {
    const ways = [
      { payment: { method: 'invoice' }, wanted: 'placed' },
      { payment: { method: 'card', token: 'pm_card_visa' }, wanted: 'paid' },
    ];
    const tried = this.#harness.doors.flatMap((_, app) => ways.map((way) => ({ app, ...way })));
    const found = await Promise.all(
      tried.map(async ({ app, payment, wanted }): Promise<Violation[]> => {
        const shopper = new RecordedShopper(
          { ...this.#shop, only: app },
          random.fork(`door ${app} ${wanted}`),
        );
        await shopper.put(random.pick(plenty), 1);
        const submission = await shopper.submission(payment);
        if (submission) sent.push(submission);
        const placed = submission && (await shopper.submitUntilKnown(submission));
        const got = placed?.orderId && (await this.#becomes(wanted, shopper, placed.orderId));
        if (placed?.status === 201 && got === wanted) return [];
        const detail = `door ${app} gave a shopper ${placed?.status ?? 'no answer'}, ${got ?? 'no order'}, and not an order that is ${wanted}`;
        return [{ kind: 'does_not_sell', detail, calls: [] }];
      }),
    );
    return found.flat();
  }

  /**
   * Reads the order's status until it is the wanted one or the time limit is over: a charge may take a
   * moment.
   */
  async #becomes(wanted: string, shopper: RecordedShopper, orderId: string): Promise<string | undefined> {
    for (const until = performance.now() + becomesWithinMs; ; await sleep(250)) {
      const status = statusOf(await shopper.read(orderId));
      if (status === wanted || performance.now() > until) return status;
    }
  }

  get #shop(): Shop {
    return { doors: this.#harness.doors, operator: this.#harness.operatorPort, history: this.history };
  }

  /**
   * A violation counts only if it is still there after abandoned requests have ended: a broken promise
   * stays broken.
   */
  async #check(): Promise<Violation[]> {
    if ((await this.look()).length === 0) return [];
    await sleep(lastWordsMs);
    await settle(this.#harness);
    return this.look();
  }

  /** Runs the checker on everything so far. */
  async look(): Promise<Violation[]> {
    const evidence = {
      history: this.history.calls,
      ...(await gather(this.#harness, this.#goods, this.history.beganAtMs)),
    };
    const unpaid = await readUnpaid(this.#harness);
    return [
      ...checkHistory(evidence),
      ...unpaidBeyondLimits(unpaid),
      ...unpaidMiscounted(unpaid),
      ...recordsAreTrue(await readRecords(this.#harness)),
    ];
  }

  /** Searches what was logged since the last call. */
  async lookAtLogs(): Promise<{ lines: number; violations: Violation[] }> {
    const lines = await this.#logs.newLines();
    return { lines: lines.length, violations: findPersonal(lines, secretsOf(this.#earlier)) };
  }

  #newDeaths(): Violation[] {
    const { apps, worker } = this.#harness;
    const deaths = [...apps, worker].reduce((sum, service) => sum + service.deaths(), 0);
    const found: Violation[] =
      deaths > this.#deaths
        ? [{ kind: 'process_died', detail: 'a process of the shop ended by itself; see its log', calls: [] }]
        : [];
    this.#deaths = deaths;
    return found;
  }
}

/** The order's status, if the answer shows an order. */
const statusOf = (reply: Reply | undefined): string | undefined =>
  reply?.status === 200 ? JSON.parse(reply.body.toString('utf8')).status : undefined;

/** A payment, a refund or a provider event that did not settle. */
function unsettled(settledMs: number | undefined): Violation[] {
  const detail = 'a payment, a refund or an event was still open minutes after everything worked again';
  return settledMs === undefined ? [{ kind: 'never_settled', detail, calls: [] }] : [];
}
