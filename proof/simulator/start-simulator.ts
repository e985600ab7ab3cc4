import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { control, isLocalProgram } from '#proof/simulator/dashboard/control.ts';
import { Dashboard } from '#proof/simulator/dashboard/dashboard.ts';
import { Owner } from '#proof/simulator/dashboard/owner.ts';
import { type ChargeToPlant, plant, plantLines } from '#proof/simulator/dashboard/plant.ts';
import { Api } from '#proof/simulator/http/api.ts';
import { ApiError } from '#proof/simulator/http/api-error.ts';
import { answerAtBank, showBank } from '#proof/simulator/http/bank-page.ts';
import { readBody, readLines, sendAnswer, sendJson, sendPage } from '#proof/simulator/http/send.ts';
import { errorShape } from '#proof/simulator/http/shapes.ts';
import type { LedgerRow } from '#proof/simulator/ledger/ledger.ts';
import { settleInTime } from '#proof/simulator/ledger/settle-in-time.ts';
import { type Fault, Faults } from './faults.ts';
import { SimulatedProvider } from './simulated-provider.ts';
import { Webhooks } from './webhooks.ts';

export interface SimulatorOptions {
  /** The folder of the journal. Only one simulator can use a folder at a time. */
  dataDir: string;
  host?: string;
  /** 0 chooses a free port. */
  port?: number;
  secretKey?: string;
  /** Where events are sent. Without it, none are sent. */
  webhookUrl?: string;
  webhookSecret?: string;
  /** The pause before the first retry of an event. It doubles with each retry. */
  retryMs?: number;
  /** How long slow payments and refunds take. */
  settleMs?: number;
  /** How long an idempotency key replays its answer. */
  keyLifetimeMs?: number;
  /** How far its clock is ahead of the true time; negative if behind. */
  clockAheadMs?: number;
  /** How long a request without an answer hangs before its connection is closed. */
  hangMs?: number;
  /** More reads in a second get Stripe's 429. Without it, there is no limit. */
  readsPerSecond?: number;
}

export interface Simulator {
  url: string;
  port: number;
  secretKey: string;
  webhookSecret: string;
  addFault(fault: Fault): void;
  clearFaults(): void;
  /** How many fault strikes are left. */
  faultsLeft(): number;
  /** What happened to the money. */
  ledger(orderId?: string): LedgerRow[];
  /** What the shop's owner can do at the provider, without the shop. */
  dashboard: Dashboard;
  /** Adds paid charges, a million of them in seconds. Throws a 400 for an invalid one, and adds none then. */
  plant(charges: Iterable<ChargeToPlant>): Promise<number>;
  /** How many of the owner's actions that were requested as faults are done. */
  ownerActs(): number;
  /** Every refund, by the shop or not; `status` is Stripe's. */
  refunds(): { id: string; paymentIntent: string; amount: number; status: string }[];
  /** Every dispute, with the same fields. */
  disputes(): { id: string; paymentIntent: string; status: string }[];
  /** How often an idempotency key was used. */
  usesOfKey(key: string): number;
  /** Sets the address for events from now on, and sends those that wait. */
  setWebhookUrl(url: string): void;
  /** Sends all waiting events immediately. Resolves with how many are still undelivered. */
  flushWebhooks(): Promise<number>;
  /** Answers open requests, writes pending lines, and ends. */
  close(): Promise<void>;
  /** Ends immediately and closes every connection. */
  kill(): Promise<void>;
}

const mostKeysCounted = 100_000;
const mostConnections = 2_000;
/** How often `close` looks for connections that have become idle. */
const sweepMs = 50;
const dayMs = 24 * 60 * 60_000;

/** Starts a server with the part of Stripe's API that a shop for cards uses. It keeps books of its own. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { dataDir, host = '127.0.0.1', port = 0, hangMs = 120_000 } = options;
  const { secretKey = 'sk_test_simulator', webhookSecret = 'whsec_simulator' } = options;
  const {
    settleMs = 2_000,
    keyLifetimeMs = dayMs,
    clockAheadMs = 0,
    retryMs = 500,
    readsPerSecond,
  } = options;
  const books = path.join(dataDir, 'journal.jsonl');
  const simulator = await SimulatedProvider.open(books, { settleMs, keyLifetimeMs, clockAheadMs });
  const dashboard = new Dashboard(simulator);
  const faults = new Faults();
  const keyUses = new Map<string, number>();
  const ending = new AbortController();

  const server = createServer({ keepAliveTimeout: 65_000 });
  server.maxConnections = mostConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ port, host, backlog: 1_024 }, resolve);
  });
  const address = server.address() as AddressInfo;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
  const webhooks = new Webhooks({
    simulator,
    faults,
    secret: webhookSecret,
    baseUrl: url,
    url: options.webhookUrl,
    retryMs,
  });
  const owner = new Owner({ dashboard, faults, signal: ending.signal });
  simulator.onEvent = (event) => {
    webhooks.tell(event);
    owner.hear(event);
  };
  const onKey = (key: string) => {
    if (keyUses.size < mostKeysCounted || keyUses.has(key)) keyUses.set(key, (keyUses.get(key) ?? 0) + 1);
  };
  const api = new Api({ simulator, faults, secretKey, baseUrl: url, onKey, readsPerSecond });
  const settling = settleInTime(simulator, ending.signal);

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, search } = new URL(request.url ?? '/', url);
    if (pathname === '/_test/plant' && request.method === 'POST' && isLocalProgram(request)) {
      return sendJson(response, 200, { planted: await plantLines(simulator, readLines(request)) });
    }
    const body = await readBody(request);
    const call = { method: request.method ?? 'GET', path: pathname, search: search.slice(1), body };
    if (pathname.startsWith('/v1/')) {
      response.setHeader('date', new Date(simulator.now().nowMs).toUTCString());
      const headers = request.headers as Record<string, string | undefined>;
      const answer = await api.answer({ ...call, headers });
      return sendAnswer(response, answer, hangMs, ending.signal);
    }
    const bank = pathname.match(/^\/3ds\/(\w+)$/)?.[1];
    if (bank && call.method === 'GET') return sendPage(response, showBank(simulator, bank));
    if (bank && call.method === 'POST') {
      return sendPage(response, await answerAtBank(simulator, bank, new URLSearchParams(body).get('answer')));
    }
    const result =
      pathname.startsWith('/_test/') && isLocalProgram(request)
        ? await control({ simulator, faults, webhooks, dashboard, baseUrl: url, keyUses }, call)
        : undefined;
    sendJson(
      response,
      result === undefined ? 404 : 200,
      result ?? { error: { message: 'There is nothing here' } },
    );
  };
  server.on('request', (request, response) => {
    handle(request, response).catch((error) => {
      if (response.headersSent) return response.destroy();
      if (error instanceof ApiError) return sendJson(response, error.status, errorShape(error.body));
      const message = `The simulator failed: ${(error as Error).message}`;
      sendJson(response, 500, errorShape({ type: 'api_error', message }));
    });
  });

  const end = async (gently: boolean) => {
    ending.abort();
    const closed = new Promise((resolve) => server.close(resolve));
    if (!gently) server.closeAllConnections();
    // Connections become idle one by one, as their requests are answered.
    const sweep = setInterval(() => server.closeIdleConnections(), sweepMs);
    await Promise.all([closed, webhooks.close(), settling]).finally(() => clearInterval(sweep));
  };
  return {
    url,
    port: address.port,
    secretKey,
    webhookSecret,
    addFault: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    faultsLeft: () => faults.left,
    ledger: (orderId) => simulator.ledger(orderId),
    refunds: () =>
      simulator.refunds.newestFirst().map(({ intent, ...refund }) => ({ ...refund, paymentIntent: intent })),
    disputes: () =>
      simulator.disputes
        .newestFirst()
        .map(({ id, intent, status }) => ({ id, paymentIntent: intent, status })),
    dashboard,
    plant: (charges) => plant(simulator, charges),
    ownerActs: () => owner.acts,
    usesOfKey: (key) => keyUses.get(key) ?? 0,
    setWebhookUrl: (to) => {
      webhooks.url = to;
      webhooks.tellPending();
    },
    flushWebhooks: () => webhooks.flush(),
    close: () => end(true).then(() => simulator.close()),
    kill: () => Promise.all([simulator.abandon(), end(false)]).then(() => undefined),
  };
}
