import { ApiError, invalid } from '#proof/simulator/http/api-error.ts';
import { newId } from '#proof/simulator/http/ids.ts';
import { requireChargeable } from '#proof/simulator/ledger/amounts.ts';
import type { PlantedCharge } from '#proof/simulator/ledger/planting.ts';
import type { SimulatedProvider } from '#proof/simulator/simulated-provider.ts';

/** `POST /_test/plant`: puts paid charges into the books, for tests that need a hundred thousand of them. */

/** Without an id, it gets a new one. Without a time, it is charged now. */
export type ChargeToPlant = Omit<PlantedCharge, 'id' | 'createdMs'> &
  Partial<Pick<PlantedCharge, 'id' | 'createdMs'>>;

const counterDigits = 6;

/** Adds all charges, or none if one of them is invalid. Resolves with their number. */
export async function plant(simulator: SimulatedProvider, charges: Iterable<ChargeToPlant>): Promise<number> {
  const planting = new Planting(simulator);
  for (const charge of charges) planting.add(charge);
  return planting.write();
}

/** The same for lines of JSON. Empty lines are allowed. */
export async function plantLines(
  simulator: SimulatedProvider,
  lines: AsyncIterable<string>,
): Promise<number> {
  const planting = new Planting(simulator);
  for await (const line of lines) if (line.trim() !== '') planting.add(parse(line));
  return planting.write();
}

function parse(line: string): object {
  try {
    return JSON.parse(line);
  } catch {
    throw invalid('Each line must be a charge as JSON.');
  }
}

class Planting {
  readonly #simulator: SimulatedProvider;
  readonly #charges: PlantedCharge[] = [];
  readonly #ids = new Set<string>();
  readonly #nowMs: number;
  /** Random letters take longer than all the rest of a charge. So a call's ids share them, and count. */
  readonly #stem = newId('pi').slice(0, -counterDigits);

  constructor(simulator: SimulatedProvider) {
    this.#simulator = simulator;
    this.#nowMs = simulator.now().nowMs;
  }

  /** Throws a 400 for an invalid charge. */
  add(given: object): void {
    const count = this.#charges.length;
    const id = `${this.#stem}${count.toString(36).padStart(counterDigits, '0')}`;
    const charge = { id, createdMs: this.#nowMs, ...given } as PlantedCharge;
    const wrong = whatIsWrongWith(charge) ?? this.#whatIsWrongWithId(charge.id);
    if (wrong) throw invalid(`Charge ${count + 1} is not planted: ${wrong}.`);
    if (count >= this.#simulator.room) throw invalid(`There is room for ${count} charges only.`);
    this.#ids.add(charge.id);
    this.#charges.push(charge);
  }

  async write(): Promise<number> {
    await this.#simulator.plant(this.#charges);
    return this.#charges.length;
  }

  #whatIsWrongWithId(id: string): string | undefined {
    if (this.#ids.has(id)) return 'its id is not the only one';
    return this.#simulator.intent(id) && 'its id is taken';
  }
}

const isText = (value: unknown) => value === undefined || (typeof value === 'string' && value.length <= 255);

const checks: Record<keyof PlantedCharge, (value: unknown) => boolean> = {
  id: (value) => typeof value === 'string' && /^pi_\w{1,60}$/.test(value),
  orderId: isText,
  userId: isText,
  attempt: (value) => value === undefined || Number.isSafeInteger(value),
  amount: Number.isSafeInteger,
  currency: (value) => typeof value === 'string' && /^[a-z]{3}$/i.test(value),
  idempotencyKey: isText,
  createdMs: (value) => Number.isSafeInteger(value) && Number(value) > 0,
};
const fields = Object.keys(checks) as (keyof PlantedCharge)[];

function whatIsWrongWith(charge: PlantedCharge): string | undefined {
  for (const name of Object.keys(charge)) if (!Object.hasOwn(checks, name)) return `${name} is unknown`;
  for (const name of fields) if (!checks[name](charge[name])) return `its ${name} is not valid`;
  try {
    requireChargeable(charge.amount, charge.currency.toLowerCase());
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
  return undefined;
}
