import {
  Counter,
  type CounterConfiguration,
  collectDefaultMetrics,
  Gauge,
  type GaugeConfiguration,
  Histogram,
  type HistogramConfiguration,
  Registry,
} from 'prom-client';
import { processWide } from '#lib/platform/process-wide.ts';

/**
 * The metrics of this process, or of this thread. They are made when the file that counts is loaded, so that
 * a scrape shows them before their first event. Both copies of a module share them.
 *
 * Labels have few values: the shop's own words, never what a client sent. `once_hot_sku_orders` alone names
 * items of the catalogue, a few of each process at a time.
 */
export function metrics(): Registry {
  return processWide('metrics', () => new Registry());
}

type Own<Configuration> = Omit<Configuration, 'registers'>;

export function counter<Label extends string>(own: Own<CounterConfiguration<Label>>): Counter<Label> {
  return processWide(own.name, () => new Counter({ ...own, registers: [metrics()] }));
}

export function gauge<Label extends string>(own: Own<GaugeConfiguration<Label>>): Gauge<Label> {
  return processWide(own.name, () => new Gauge({ ...own, registers: [metrics()] }));
}

export function histogram<Label extends string>(own: Own<HistogramConfiguration<Label>>): Histogram<Label> {
  return processWide(own.name, () => new Histogram({ ...own, registers: [metrics()] }));
}

/** Adds CPU, memory, garbage collection and the delay of the event loop. They cost a little all the time. */
export function collectProcessMetrics(): void {
  processWide('processMetrics', () => {
    collectDefaultMetrics({ register: metrics() });
    return true;
  });
}
