import { readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { AggregatorRegistry } from 'prom-client';
import { within } from '#lib/platform/deadline.ts';
import { collectProcessMetrics, metrics } from '#lib/platform/metrics.ts';
import { type SharedMetrics, sharesMetrics } from '#lib/platform/scrape/share-metrics.ts';
import { sharedFolder, shortest } from '#lib/platform/scrape/shared-folder.ts';

/** How long a scrape waits for a process that hangs. The others are shown without it. */
const answerMs = 1_000;

/**
 * The metrics of all processes of the shop on this machine as Prometheus text, each with the label `process`.
 * They are not added up: the sum would drop when a process restarts, and Prometheus would take that for a
 * restart of all.
 */
export async function gatherMetrics(): Promise<string> {
  collectProcessMetrics();
  if (!sharesMetrics()) return metrics().metrics();
  const folder = sharedFolder();
  const sockets = (await readdir(folder)).map((name) => path.join(folder, name));
  const answers = await Promise.all(sockets.map(ask));
  const silent = answers.filter((answer) => answer === 'silent').length;
  const shared = answers.filter((answer) => typeof answer === 'object');
  const registry = AggregatorRegistry.aggregate(labelled(shared));
  return `${await registry.metrics()}${describeSilent(silent)}`;
}

const describeSilent = (count: number) =>
  `\n# HELP once_processes_silent Processes that did not give their metrics in time: they hang\n# TYPE once_processes_silent gauge\nonce_processes_silent ${count}\n`;

/** A process that has ended left its socket behind. */
async function ask(file: string): Promise<SharedMetrics | 'silent' | 'ended'> {
  const socket = connect(shortest(file));
  try {
    return JSON.parse(await within(answerMs, text(socket), () => 'silent')) as SharedMetrics;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // EAGAIN: connections wait that the process has not accepted.
    if (error === 'silent' || code === 'EAGAIN') return 'silent';
    // Any other error is of a process that is ending just now, or whose metrics failed: its log has why.
    if (code === 'ECONNREFUSED') await rm(file, { force: true });
    return 'ended';
  } finally {
    socket.destroy();
  }
}

/**
 * A process and its threads are added up. While two processes have one name, such as those of an old and a
 * new release, the second gets its pid as part of its own.
 */
function labelled(shared: SharedMetrics[]): SharedMetrics['metrics'][] {
  return shared.map(({ process, pid, metrics: all }) => {
    const first = Math.min(...shared.filter((other) => other.process === process).map((other) => other.pid));
    return withLabel(all, pid === first ? process : `${process}-${pid}`);
  });
}

function withLabel(all: SharedMetrics['metrics'], process: string): SharedMetrics['metrics'] {
  return all.map((metric) => ({
    ...metric,
    aggregator: 'sum',
    values: metric.values.map((value) => ({
      ...value,
      // JSON has no NaN.
      value: value.value ?? Number.NaN,
      labels: { ...value.labels, process },
    })),
  }));
}
