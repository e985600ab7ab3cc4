import type { IncomingMessage } from 'node:http';
import type { Fault, Faults } from '#proof/simulator/faults.ts';
import { invalid } from '#proof/simulator/http/api-error.ts';
import {
  disputeShape,
  payoutShape,
  refundShape,
  reviewShape,
  warningShape,
} from '#proof/simulator/http/beside-shapes.ts';
import { expand } from '#proof/simulator/http/expand.ts';
import { decodeForm } from '#proof/simulator/http/params.ts';
import { intentShape } from '#proof/simulator/http/shapes.ts';
import type { SimulatedProvider } from '#proof/simulator/simulated-provider.ts';
import { eventShape, type Webhooks } from '#proof/simulator/webhooks.ts';
import type { Dashboard } from './dashboard.ts';
import { actAtDashboard } from './dashboard-actions.ts';

/**
 * The simulator's own API, for tests: it takes the faults to inject and reports what happened to the money.
 * It is served under /_test without a key, to programs on this machine only. A web page must not reach it
 * through the browser that shows it.
 */

export interface ControlOptions {
  simulator: SimulatedProvider;
  faults: Faults;
  webhooks: Webhooks;
  dashboard: Dashboard;
  baseUrl: string;
  /** How often each idempotency key was used. */
  keyUses: ReadonlyMap<string, number>;
}

export function isLocalProgram({ socket, headers }: IncomingMessage): boolean {
  const loopback = /^(::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? '');
  const named = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(headers.host ?? '');
  return loopback && named && headers.origin === undefined;
}

/** Returns the answer's JSON, or undefined for an unknown call. */
export async function control(
  options: ControlOptions,
  request: { method: string; path: string; search: string; body: string },
): Promise<unknown> {
  const { simulator, faults, webhooks, baseUrl, keyUses } = options;
  const query = new URLSearchParams(request.search);
  switch (`${request.method} ${request.path}`) {
    case 'POST /_test/faults':
      faults.add(parse(request.body) as Fault);
      return { left: faults.left };
    case 'GET /_test/faults':
      return { left: faults.left };
    case 'DELETE /_test/faults':
      faults.clear();
      return { left: 0 };
    case 'GET /_test/ledger':
      await simulator.durable();
      return { charges: simulator.ledger(query.get('order_id') ?? undefined) };
    case 'GET /_test/requests':
      return { keys: Object.fromEntries(keyUses) };
    case 'GET /_test/events':
      return {
        events: simulator.events
          .all()
          .map((event) => ({ ...eventShape(event, baseUrl), state: event.state })),
      };
    case 'POST /_test/webhooks/flush':
      return { untold: await webhooks.flush() };
    case 'POST /_test/webhooks/resend':
      return { resent: resend(options, query) };
    default:
      return atDashboard(options, request);
  }
}

/** Does what the shop's owner does in the provider's dashboard. Returns every object that it changed. */
async function atDashboard(
  { simulator, dashboard, baseUrl }: ControlOptions,
  { method, path, body }: { method: string; path: string; body: string },
): Promise<unknown> {
  const action = path.match(/^\/_test\/dashboard\/([\w/]+)$/)?.[1];
  const acted = method === 'POST' && action ? actAtDashboard(dashboard, action, decodeForm(body)) : undefined;
  if (!acted) return undefined;
  const done = await acted;
  if (Array.isArray(done)) return { payouts: done.map(payoutShape) };
  if (!('intent' in done)) return { payout: payoutShape(done) };
  const { intent, ...beside } = done;
  return {
    payment_intent: expand(intentShape(intent, baseUrl), ['latest_charge'], { simulator, baseUrl, intent }),
    ...(beside.refund && { refund: refundShape(beside.refund) }),
    ...(beside.dispute && { dispute: disputeShape(beside.dispute, beside.dispute.created) }),
    ...(beside.warning && { early_fraud_warning: warningShape(beside.warning, intent) }),
    ...(beside.review && { review: reviewShape(beside.review) }),
  };
}

/** Sends events again, delivered or not. `?type=` and `?payment_intent=` narrow them. */
function resend({ simulator, webhooks }: ControlOptions, query: URLSearchParams): number {
  const type = query.get('type');
  const intent = query.get('payment_intent');
  const chosen = simulator.events
    .all()
    .filter((event) => (!type || event.type === type) && (!intent || event.intent?.id === intent));
  for (const event of chosen) webhooks.tell(event);
  return chosen.length;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw invalid('The body is not JSON');
  }
}
