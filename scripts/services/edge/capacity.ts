import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** What requests cost, as `npm run bench -- --only capacity` measures it. docs/capacity.md explains it. */

const ms = z.number().positive();
/** CPU milliseconds of one request: of a Node process, and of Node, Redis and PostgreSQL together. */
const cost = z.object({ node: ms, shop: ms });

const schema = z.object({
  /** The command, the date and the machine. */
  measured: z.string().min(1),
  cpuMs: z.object({
    /** `POST /api/orders` with a new order, in full batches: when there are fewer, no limit is near. */
    order: cost,
    /** A JSON call of one shopper: cart, quote, the state of an order. */
    call: cost,
    /** A page of one shopper that the host fills: cart, checkout, order. */
    page: cost,
    /** A page that Next renders: of the catalogue, if the shop has no copy of it, or the list of orders. */
    render: cost,
    search: cost,
    /** An answer that nginx has in its cache. */
    duplicate: z.object({ nginx: ms }),
  }),
});

export type Capacity = z.infer<typeof schema>;
export type CostClass = Exclude<keyof Capacity['cpuMs'], 'duplicate'>;

const root = path.resolve(import.meta.dirname, '../../..');

/** The file that is used without another one. */
export const defaultCapacityFile = path.join(root, 'deploy', 'capacity.json');

/** Reads a capacity file. Throws with its name when it is missing or not valid. */
export function readCapacity(file: string): Capacity {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new Error(`${file} is not a capacity file: ${why}`);
  }
}
