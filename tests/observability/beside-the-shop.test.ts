import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { announceObserve, openObserve } from '#scripts/launch/parts/observe.ts';
import { Shutdown } from '#scripts/launch/shutdown.ts';
import { startGrafana } from '#scripts/services/observe/grafana.ts';
import { isPrometheusInstalled, startPrometheus } from '#scripts/services/observe/prometheus.ts';
import { isAlive } from '#scripts/services/processes.ts';
import { alertNames, needsPrometheus } from '#tests/observability/deployed-files.ts';

/** What `npm start -- --observe` runs beside the shop. */

const dataDir = await mkdtemp(path.join(os.tmpdir(), 'once-observe-'));
afterAll(() => rm(dataDir, { recursive: true, force: true }));

/** A target that shows metrics to the bearer of a token, as an exposed shop does. */
async function openTarget(token: string): Promise<string> {
  const server = createServer((request, response) => {
    response.statusCode = request.headers.authorization === `Bearer ${token}` ? 200 : 401;
    response.end('once_jobs_failed 1\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const answer = async (url: string) => (await fetch(url)).json();

const isInstalled = await isPrometheusInstalled();

test('Prometheus scrapes the shop with its token, knows its alerts, and ends when it is stopped', async ({
  skip,
}) => {
  skip(!isInstalled, needsPrometheus);
  const shop = await openTarget('the token');
  const prometheus = await startPrometheus(dataDir, { shop, edge: undefined, token: 'the token' });
  try {
    const { data } = await answer(`${prometheus.url}/api/v1/rules?type=alert`);
    const rules = data.groups.flatMap((group: { rules: { name: string }[] }) => group.rules);
    const names = new Set(rules.map(({ name }: { name: string }) => name));
    expect([...names].sort()).toEqual(alertNames());
    const query = `${prometheus.url}/api/v1/query?query=${encodeURIComponent('once_jobs_failed')}`;
    const scraped = async () => (await answer(query)).data.result[0];
    await expect.poll(scraped).toMatchObject({ metric: { job: 'once', instance: shop } });
  } finally {
    await prometheus.stop();
  }
  expect(isAlive(prometheus.pid)).toBe(false);
});

test('without Prometheus a user who may not install it gets the command, and the shop opens', async () => {
  withPath('');
  const said = listen();
  const spy = vi.spyOn(process, 'getuid').mockReturnValue(1000);
  onTestFinished(() => void spy.mockRestore());
  expect(await announceObserve({ dataDir, variables: {} })).toBe(false);
  expect(said.join('')).toMatch(/(?:apt-get install -y --no-install-recommends|brew install) prometheus/);
});

test('a shop that others can reach gets a token for its metrics, unless it has one', async ({ skip }) => {
  skip(!isInstalled, needsPrometheus);
  const variablesOf = async (variables: Record<string, string | undefined>) => {
    await announceObserve({ dataDir, variables });
    return variables.METRICS_TOKEN;
  };
  expect(await variablesOf({ LOCAL_SHOP: '1' })).toBeUndefined();
  const made = await variablesOf({ LOCAL_SHOP: '0' });
  expect(made).toMatch(/^[\w-]{43}$/);
  // The next start has the same one, and so does the operator.
  expect(await variablesOf({ LOCAL_SHOP: '0' })).toBe(made);
  expect(await readFile(path.join(dataDir, 'metrics-token'), 'utf8')).toBe(`${made}\n`);
  expect(await variablesOf({ LOCAL_SHOP: '0', METRICS_TOKEN: 'own' })).toBe('own');
});

// What broke: it ended the open shop.
test('a Prometheus that does not start leaves the shop open, which says why', async () => {
  const folder = path.join(dataDir, 'programs');
  await mkdir(folder);
  await writeFile(path.join(folder, 'prometheus'), '#!/bin/sh\necho "unknown flag" >&2; exit 1\n', {
    mode: 0o755,
  });
  withPath([folder, process.env.PATH].join(path.delimiter));
  const shutdown = new Shutdown();
  const said = listen();
  const services = { dataDir, variables: {}, shutdown };
  await openObserve(services, { appUrl: 'http://127.0.0.1:1', edgeUrl: undefined });
  shutdown.abort(new Error('the test is over'));
  expect(await shutdown.stopAll()).toBe(true);
  expect(said.join('')).toMatch(/The shop is open without it: [\s\S]*unknown flag/);
});

test('without Grafana the shop has no dashboards, and opens', async () => {
  withPath('');
  expect(await startGrafana(dataDir, 'http://127.0.0.1:1')).toBeUndefined();
});

test('an installed Grafana is told where its dashboards and its Prometheus are', async () => {
  const program = path.join(dataDir, 'grafana');
  // It answers as Grafana does when it is ready, and shows what it was told.
  await writeFile(
    program,
    `#!${process.execPath}
if (process.argv[2] === '--version') process.exit(0);
require('node:http').createServer((_, response) => response.end(JSON.stringify(process.env)))
  .listen(Number(process.env.GF_SERVER_HTTP_PORT), process.env.GF_SERVER_HTTP_ADDR);`,
  );
  await chmod(program, 0o755);
  withPath([dataDir, process.env.PATH].join(path.delimiter));
  const grafana = await startGrafana(path.join(dataDir, 'own'), 'http://127.0.0.1:9090');
  onTestFinished(() => grafana?.stop());
  expect(await answer(`${grafana?.url}/api/health`)).toMatchObject({
    ONCE_PROMETHEUS_URL: 'http://127.0.0.1:9090',
    ONCE_DASHBOARDS: path.resolve('deploy/observability/dashboards'),
    GF_PATHS_PROVISIONING: path.resolve('deploy/observability/grafana'),
  });
});

/** What is printed from now on, until the test ends. */
function listen(): string[] {
  const said: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  onTestFinished(() => void spy.mockRestore());
  return said;
}

/** Programs are found there, until the test ends. */
function withPath(folder: string): void {
  const before = process.env.PATH;
  process.env.PATH = folder;
  onTestFinished(() => {
    process.env.PATH = before;
  });
}
