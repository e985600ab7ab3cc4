import { parseArgs } from 'node:util';
import { startSimulator } from './start-simulator.ts';

/**
 * Runs the simulator alone: `node proof/simulator/main.ts --port 12111 --data-dir /tmp/till`. Every flag has
 * a variable: SIMULATOR_PORT, SIMULATOR_DATA_DIR, SIMULATOR_WEBHOOK_URL, SIMULATOR_SETTLE_MS (how long a bank
 * debit or a slow refund takes) and SIMULATOR_READS_PER_SECOND (more get a 429). STRIPE_WEBHOOK_SECRET and STRIPE_SECRET_KEY are variables too, so that
 * no secret appears in a command line.
 */

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    host: text,
    port: text,
    'data-dir': text,
    'webhook-url': text,
    'webhook-secret': text,
    'secret-key': text,
    'settle-ms': text,
    'reads-per-second': text,
  },
});
const { env } = process;

const simulator = await startSimulator({
  host: values.host ?? '127.0.0.1',
  port: Number(values.port ?? env.SIMULATOR_PORT ?? 12111),
  dataDir: values['data-dir'] ?? env.SIMULATOR_DATA_DIR ?? '.data/till',
  webhookUrl: values['webhook-url'] ?? env.SIMULATOR_WEBHOOK_URL,
  webhookSecret: values['webhook-secret'] ?? env.STRIPE_WEBHOOK_SECRET,
  secretKey: values['secret-key'] ?? env.STRIPE_SECRET_KEY,
  settleMs: Number(values['settle-ms'] ?? env.SIMULATOR_SETTLE_MS ?? 2_000),
  readsPerSecond: Number(values['reads-per-second'] ?? env.SIMULATOR_READS_PER_SECOND ?? 0),
});
process.stdout.write(`the simulator answers at ${simulator.url}\n`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => simulator.close().then(() => process.exit(0)));
}
