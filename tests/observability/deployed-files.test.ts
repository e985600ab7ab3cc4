import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  alertNames,
  edgeMetrics,
  folder,
  needsPrometheus,
  readDashboards,
  runbookSections,
  testedAlerts,
} from '#tests/observability/deployed-files.ts';

const promtool = (...args: string[]) => spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
const isInstalled = promtool('--version').status === 0;

test('every alert has a section in the runbook and a test in which it fires, and the other way round', () => {
  expect(runbookSections()).toEqual(alertNames());
  expect(testedAlerts()).toEqual(alertNames());
});

test('every dashboard has a name of its own, and its panels show something', () => {
  const dashboards = readDashboards();
  expect(new Set(dashboards.map(({ uid }) => uid)).size).toBe(dashboards.length);
  for (const { file, expressions } of dashboards)
    expect([file, expressions.length > 5]).toEqual([file, true]);
});

test('a dashboard shows each metric of nginx', () => {
  const shown = readDashboards()
    .flatMap(({ expressions }) => expressions)
    .join('\n');
  for (const name of edgeMetrics()) expect(shown).toContain(name);
});

test('alerts fire on the series that they are for, and on no others: promtool', ({ skip }) => {
  skip(!isInstalled, needsPrometheus);
  const { status, stdout, stderr } = promtool('test', 'rules', 'alerts.test.yml');
  expect([status, stdout + stderr]).toEqual([0, expect.stringContaining('SUCCESS')]);
});

test('Prometheus accepts the deployed configuration, and every expression of a dashboard', ({ skip }) => {
  skip(!isInstalled, needsPrometheus);
  const rules = readDashboards()
    .flatMap(({ expressions }) => expressions)
    .map((expr) => ({ record: 'shown', expr }));
  // JSON is YAML. As rules, expressions are parsed.
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'once-rules-')), 'rules.json');
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboards', rules }] }));
  const checked = promtool('check', 'rules', '--lint=none', file);
  rmSync(path.dirname(file), { recursive: true });
  expect([checked.status, checked.stderr]).toEqual([0, '']);

  const { status, stderr } = promtool('check', 'config', path.join(folder, 'prometheus.yml'));
  expect([status, stderr]).toEqual([0, '']);
});
