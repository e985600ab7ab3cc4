import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What deploy/observability and the runbook hold, as far as tests compare it. */

const root = path.resolve(import.meta.dirname, '../..');
export const folder = path.join(root, 'deploy', 'observability');
const textOf = (...parts: string[]) => readFileSync(path.join(root, ...parts), 'utf8');

const namesIn = (text: string, pattern: RegExp) =>
  [...new Set([...text.matchAll(pattern)].map(([, name]) => name ?? ''))].sort();

export interface Dashboard {
  file: string;
  uid: string;
  expressions: string[];
}

export function readDashboards(): Dashboard[] {
  const files = readdirSync(path.join(folder, 'dashboards')).filter((file) => file.endsWith('.json'));
  return files.map((file) => {
    const { uid, panels } = JSON.parse(textOf('deploy/observability/dashboards', file)) as {
      uid: string;
      panels: { targets?: { expr: string }[] }[];
    };
    const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    return { file, uid, expressions };
  });
}

const alerts = () => textOf('deploy/observability/alerts.yml');

export const alertNames = () => namesIn(alerts(), /^ *- alert: (\w+)$/gm);

/** The alerts of which a test of promtool expects that they fire. */
export const testedAlerts = () =>
  namesIn(textOf('deploy/observability/alerts.test.yml'), /alertname="(\w+)"/g);

/** The sections of the runbook about alerts. */
export const runbookSections = () => namesIn(textOf('docs/runbook.md'), /^### (Once\w+)$/gm);

/** Every metric in an alert or a dashboard. `up` is Prometheus's own. */
export function metricNames(): string[] {
  const expressions = readDashboards().flatMap((dashboard) => dashboard.expressions);
  return namesIn([alerts(), ...expressions].join('\n'), /\b((?:once|process|nodejs)_\w+)/g);
}

/** The metrics that nginx shows by itself. */
export const edgeMetrics = () => namesIn(textOf('deploy/nginx/parts/front.conf'), /# TYPE (\w+)/g);

/** Why a test is skipped. `npm test` installs Prometheus (scripts/checks/system-packages.ts). */
export const needsPrometheus = 'needs Prometheus: apt-get install --no-install-recommends prometheus';
