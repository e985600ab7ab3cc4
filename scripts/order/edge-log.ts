import { createReadStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { OrderProof } from '#lib/order-management/proof/read-order-proof.ts';
import type { SubmissionOfOrder } from '#lib/order-management/proof/read-submissions.ts';
import { Advice } from '#scripts/advice.ts';

/** The submissions of an order in nginx's access log: deploy/nginx/parts/access-log.conf. */
export interface EdgeCount {
  files: string[];
  /** The time of the oldest line of the files. */
  since: string | undefined;
  /** Whether the files begin before the order. If not, older lines are in no file, so there were more copies. */
  isComplete: boolean;
  /** Copies that nginx answered from its cache. The shop never saw them. */
  copies: number;
  /** When the first and the last of them came. */
  first: string | undefined;
  last: string | undefined;
  /** Requests that nginx passed on and whose id is recorded. */
  recorded: number;
  /** Requests that nginx passed on and that share a record, which has the id of another one. */
  shared: number;
  /** Requests that got an answer with the order, and for which there is no record. */
  notRecorded: number;
  /** Some of the ids without a record of their own: of requests that are not recorded, or that share a record. */
  unrecorded: string[];
}

interface Line {
  time: string;
  requestId: string;
  method?: string;
  path?: string;
  cache: string;
  order: string;
}

/** More would hide the rest of the proof. */
const maxIds = 20;

type Proof = Pick<OrderProof, 'order' | 'submissions'>;

/** Reads whole files, whatever their size, each once. */
export async function countAtEdge(named: string[], { order, submissions }: Proof): Promise<EdgeCount> {
  const files = [...new Map(named.map((file) => [path.resolve(file), file])).values()];
  const ids = new Set(submissions.map(({ requestId }) => requestId));
  const found = { copies: 0, recorded: 0, without: 0 };
  const [copyTimes, lineTimes] = [newRange(), newRange()];
  const unrecorded: string[] = [];
  for (const file of files) {
    let isFirst = true;
    for await (const text of linesOf(file)) {
      // Most lines are about something else, and parsing them would take most of the time.
      const line = isFirst || text.includes(order.id) ? parse(text) : undefined;
      if (isFirst && line) addTo(lineTimes, line.time);
      isFirst = false;
      if (line?.order !== order.id) continue;
      if (line.cache === 'HIT') {
        found.copies += 1;
        addTo(copyTimes, line.time);
      } else if (ids.has(line.requestId)) found.recorded += 1;
      else if (isSubmission(line)) {
        found.without += 1;
        if (unrecorded.length < maxIds) unrecorded.push(line.requestId);
      }
    }
  }
  const shared = Math.min(found.without, furtherRequests(submissions));
  const notRecorded = found.without - shared;
  const since = lineTimes.first;
  return {
    files,
    since,
    isComplete: since !== undefined && new Date(since) <= order.placedAt,
    copies: found.copies,
    ...copyTimes,
    recorded: found.recorded,
    shared,
    notRecorded,
    unrecorded: notRecorded > 0 ? unrecorded : [],
  };
}

/** A form that cancels an order is answered with the order, too. */
const isSubmission = ({ method, path: asked = '' }: Line): boolean =>
  method === 'POST' && /^\/api\/orders(\/[^/]+\/payments)?$/.test(asked);

/** Of the rows that several requests share, the requests without an id there, as far as nginx logs the order. */
const furtherRequests = (submissions: readonly SubmissionOfOrder[]): number =>
  submissions.filter(leadsToOrder).reduce((sum, { copies }) => sum + copies - 1, 0);

/** Whether the answer has the address of the order in its `Location`. */
const leadsToOrder = ({ namesOrder, status, outcome }: SubmissionOfOrder): boolean =>
  namesOrder && (status === 201 || (status === 303 && outcome !== 'possible_duplicate'));

interface Range {
  first: string | undefined;
  last: string | undefined;
}

const newRange = (): Range => ({ first: undefined, last: undefined });

function addTo(range: Range, time: string): void {
  const at = new Date(time).toISOString();
  if (range.first === undefined || at < range.first) range.first = at;
  if (range.last === undefined || at > range.last) range.last = at;
}

async function* linesOf(file: string): AsyncIterable<string> {
  try {
    yield* createInterface({ input: createReadStream(file) });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === undefined ? error : new Advice(`--edge-log ${file} can't be read (${code})`);
  }
}

function parse(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    // The last line of a log that is being written.
    return undefined;
  }
}
