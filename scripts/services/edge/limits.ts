import { availableParallelism } from 'node:os';
import { type Capacity, type CostClass, defaultCapacityFile, readCapacity } from './capacity.ts';

/**
 * The edge's limits. Those of one person follow from what a person does, and those of an address from what a
 * crowd behind it does. The limits for all are shares of what the shop can do on this machine, because a limit
 * above the capacity protects nothing.
 */

/** Requests per second, and requests in progress at a time. */
export interface EdgeLimits {
  /** One session. */
  sessionPerSecond: number;
  sessionConnections: number;
  sessionSearchesPerSecond: number;
  /** One address, which may be a school: all requests, and those that only the shop can answer, by kind. */
  addressPerSecond: number;
  addressConnections: number;
  addressCallsPerSecond: number;
  addressRendersPerSecond: number;
  addressSearchesPerSecond: number;
  /** One address, requests without a session. */
  newcomersPerSecond: number;
  /** All shoppers together. */
  ordersPerSecond: number;
  callsPerSecond: number;
  pagesPerSecond: number;
  rendersPerSecond: number;
  searchesPerSecond: number;
  /** Open connections of one nginx worker, to clients and to the shop. */
  workerConnections: number;
}

/** Where the shop runs. */
export interface Machine {
  /** Cores that Node, Redis and PostgreSQL share. */
  cores: number;
  /** Node processes of the shop. */
  processes: number;
}

/** Faster than a person clicks and types, slower than a script. */
const person = { sessionPerSecond: 10, sessionConnections: 20, sessionSearchesPerSecond: 2 };

/**
 * The share of the shop's capacity that a kind of request may use: the order in which an overloaded shop
 * drops work. Searches cost most and lose least, so they go first. Orders may exceed the capacity, because
 * the shop itself refuses those that it cannot write in time, and it knows better than a rate. Twice, because
 * Node takes more than half of an order's time: where PostgreSQL has a machine of its own, Node can write nearly
 * twice as many orders as `capacityOf` says.
 */
const shares: Record<CostClass, number> = { search: 0.25, render: 0.5, page: 0.75, call: 0.75, order: 2 };

/**
 * The threads of a Node process that work on a kind. The order writer has one of its own (host/orders), so a
 * process that writes orders is not limited to one core.
 */
const threads: Record<CostClass, number> = { search: 1, render: 1, page: 1, call: 1, order: 2 };

/**
 * Shoppers behind one address at the same time: a fifth of the thousand people of a school or an office, in a
 * break or after a newsletter. More are rare: larger networks, such as those of phones, have many addresses.
 */
const crowd = 200;

/**
 * What one of the crowd does in a second. A page every ten seconds, of which nginx lacks one in two, with two
 * calls and up to twenty files; a search every twenty seconds. A browser has six connections.
 */
const shopper = { requests: 2, connections: 6, calls: 0.3, renders: 0.05, searches: 0.05 };

/**
 * The part of a limit of the whole shop that one address may use, if that is more than the crowd needs: a larger
 * shop has larger crowds. With sessions it may use more, because those are counted, too.
 */
const shareOfAddress = 0.25;
const shareOfAddressWithSessions = 0.5;

/** The part of nginx's own capacity that one address may use. */
const edgeShareOfAddress = 1 / 16;

/** On a machine that can hardly serve the crowd, others still get the rest. */
const mostOfAddress = 0.75;

/** A client's idle connection stays open for this long. */
export const keepAliveSeconds = 60;

/** A purchase is three pages of one shopper: cart, checkout and order. */
const pagesOfVisitor = 3;

/** A request that only the shop can answer: one connection of the client, two for the gate, one to the shop. */
const connectionsOfRequest = 4;

/** A worker with fewer connections would lose a crowd that the shop could serve. */
const fewestConnections = 4_096;

/**
 * Requests per second of one kind if the shop did nothing else. A thread of Node is one core; all tiers
 * together have all cores.
 */
export function capacityOf({ cpuMs }: Capacity, kind: CostClass, { cores, processes }: Machine): number {
  const { node, shop } = cpuMs[kind];
  return Math.min((processes * threads[kind] * 1_000) / node, (cores * 1_000) / shop);
}

/** What one address may use of `together`, which all shoppers share. */
function ofAddress(together: number, perShopper: number, share = shareOfAddress): number {
  return whole(Math.min(mostOfAddress * together, Math.max(crowd * perShopper, share * together)));
}

const whole = (value: number) => Math.max(1, Math.floor(value));

export function limitsOf(capacity: Capacity, machine: Machine): EdgeLimits {
  const limit = (kind: CostClass) => whole(shares[kind] * capacityOf(capacity, kind, machine));
  const edgePerSecond = (machine.cores * 1_000) / capacity.cpuMs.duplicate.nginx;
  const together = {
    ordersPerSecond: limit('order'),
    callsPerSecond: limit('call'),
    pagesPerSecond: limit('page'),
    rendersPerSecond: limit('render'),
    searchesPerSecond: limit('search'),
  };
  const visitors = (together.pagesPerSecond / pagesOfVisitor) * keepAliveSeconds;
  // The bursts of the limits allow a second's worth of each kind at the same time.
  const inProgress = Object.values(together).reduce((sum, one) => sum + one, 0);
  const connections = (visitors + connectionsOfRequest * inProgress) / machine.cores;
  const workerConnections = Math.max(fewestConnections, Math.ceil(connections));
  return {
    ...person,
    ...together,
    addressPerSecond: ofAddress(edgePerSecond, shopper.requests, edgeShareOfAddress),
    addressConnections: ofAddress(workerConnections, shopper.connections),
    addressCallsPerSecond: ofAddress(together.callsPerSecond, shopper.calls, shareOfAddressWithSessions),
    addressRendersPerSecond: ofAddress(together.rendersPerSecond, shopper.renders),
    addressSearchesPerSecond: ofAddress(together.searchesPerSecond, shopper.searches),
    newcomersPerSecond: ofAddress(together.callsPerSecond, shopper.calls),
    workerConnections,
  };
}

/** Limits that no load reaches: for measurements of what lies behind the edge, and for proofs. */
export const wideLimits: EdgeLimits = {
  sessionPerSecond: 10_000,
  sessionConnections: 10_000,
  sessionSearchesPerSecond: 10_000,
  addressPerSecond: 100_000,
  addressConnections: 10_000,
  addressCallsPerSecond: 100_000,
  addressRendersPerSecond: 100_000,
  addressSearchesPerSecond: 100_000,
  newcomersPerSecond: 100_000,
  ordersPerSecond: 100_000,
  callsPerSecond: 100_000,
  pagesPerSecond: 100_000,
  rendersPerSecond: 100_000,
  searchesPerSecond: 100_000,
  workerConnections: 16_384,
};

/** The limits of the checked-in capacity file on this machine. */
export const defaultLimits = (processes = 1): EdgeLimits =>
  limitsOf(readCapacity(defaultCapacityFile), { cores: availableParallelism(), processes });
