import { Advice } from '#scripts/advice.ts';
import { keepUntilStopped } from '#scripts/launch/keep-running.ts';
import type { Variables } from '#scripts/launch/options.ts';
import { requireFreePort } from '#scripts/launch/port-owner.ts';
import { say, step } from '#scripts/launch/progress.ts';
import { type Edge, startEdge } from '#scripts/services/nginx.ts';
import { findNginx } from '#scripts/services/nginx-folder.ts';
import { urlOf } from './app.ts';
import type { Services } from './prepare-services.ts';

/** Checks that nginx can start, before any long work starts, and makes the shop trust its headers. */
export async function announceEdge(edge: {
  host: string;
  port: number;
  variables: Variables;
}): Promise<void> {
  const { host, port, variables } = edge;
  if (!(await findNginx())) {
    throw new Advice(
      '--edge needs nginx 1.22 or later, and there is none:  apt-get install nginx  or  brew install nginx',
    );
  }
  await requireFreePort(port, host, '--edge-port');
  variables.TRUSTED_PROXIES = [variables.TRUSTED_PROXIES, '127.0.0.1'].filter(Boolean).join(',');
}

/**
 * Starts nginx in front of the open shop and restarts it if it ends. Resolves with the address for shoppers.
 */
export async function openEdge(
  { dataDir, shutdown }: Services,
  { host, port, appPort }: { host: string; port: number; appPort: number },
): Promise<string> {
  const upstreams = [new URL(urlOf(host, appPort)).host];
  const open = async (): Promise<Edge> => {
    const edge = await startEdge({ dataDir, host, port, options: { upstreams }, log: say });
    if (!edge) throw new Advice('nginx is no longer there');
    return edge;
  };
  const edge = await step('edge', open, ({ pid }) => `nginx answers, process ${pid}`);
  keepUntilStopped({ name: 'the edge', service: edge, restart: open, shutdown });
  return urlOf(host, port);
}
