import path from 'node:path';
import { installCommand, installOnDebian, isDebian, isRoot } from '#scripts/launch/debian-packages.ts';
import { keepUntilStopped } from '#scripts/launch/keep-running.ts';
import { dim, say, step } from '#scripts/launch/progress.ts';
import { keepSecret } from '#scripts/launch/secret.ts';
import { startGrafana } from '#scripts/services/observe/grafana.ts';
import { isPrometheusInstalled, startPrometheus } from '#scripts/services/observe/prometheus.ts';
import type { Services } from './prepare-services.ts';

/** A Prometheus that does not start has a lasting cause, such as a full disk, and each try fills the screen. */
const retryAfterMs = 5 * 60_000;

/**
 * Makes sure that Prometheus is there, before any long work starts, and gives the shop a token for its
 * metrics. Resolves with false when it is not: the shop opens without it.
 */
export async function announceObserve({
  dataDir,
  variables,
}: Pick<Services, 'dataDir' | 'variables'>): Promise<boolean> {
  if (!(await isPrometheusInstalled()) && !(await install())) return false;
  // Only a shop that others can reach needs a token, and shows no metrics without one.
  if (variables.LOCAL_SHOP === '1' || variables.METRICS_TOKEN) return true;
  const { secret, from } = keepSecret(path.join(dataDir, 'metrics-token'));
  variables.METRICS_TOKEN = secret;
  await step('metrics', async () => `their token is ${from}`, String);
  return true;
}

async function install(): Promise<boolean> {
  const packages = ['prometheus'];
  if (!isDebian() || !isRoot()) {
    const typed = isDebian() ? `sudo sh -c '${installCommand(packages)}'` : 'brew install prometheus';
    say(`  --observe needs Prometheus, and there is none. The shop opens without it. Type:\n\n  ${typed}\n`);
    return false;
  }
  try {
    await step(
      'prometheus',
      async () => installOnDebian(packages),
      () => 'installed from Debian, 20 MB: we are root here',
    );
    return true;
  } catch (error) {
    say(`  The shop opens without Prometheus. ${(error as Error).message}\n`);
    return false;
  }
}

/**
 * Runs Prometheus, and Grafana where it is installed, beside the open shop. They stop before the shop. The
 * shop stays open without them.
 */
export async function openObserve(
  { dataDir, variables, shutdown }: Services,
  { appUrl, edgeUrl }: { appUrl: string; edgeUrl: string | undefined },
): Promise<void> {
  const targets = {
    shop: new URL(appUrl).host,
    edge: edgeUrl && new URL(edgeUrl).host,
    token: variables.METRICS_TOKEN,
  };
  const start = () => startPrometheus(dataDir, targets, shutdown.signal);
  const prometheus = await orWithout(
    step('prometheus', start, ({ url }) => `${url}, its alerts at ${url}/alerts`),
  );
  keepUntilStopped({ name: 'Prometheus', service: prometheus, restart: start, retryAfterMs, shutdown });
  if (!prometheus) return;
  const grafana = await orWithout(startGrafana(dataDir, prometheus.url));
  if (!grafana) {
    say(dim('    no Grafana here: deploy/observability/dashboards has its dashboards'));
    return;
  }
  say(dim(`    dashboards: ${grafana.url}/dashboards`));
  shutdown.add('Grafana', () => grafana.stop());
}

/** Says why a service did not start, and resolves with undefined. */
async function orWithout<Service>(started: Promise<Service>): Promise<Service | undefined> {
  try {
    return await started;
  } catch (error) {
    say(`  The shop is open without it: ${(error as Error).message}\n`);
    return undefined;
  }
}
