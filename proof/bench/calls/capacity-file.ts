import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { capacityParts } from '#proof/bench/calls/capacity-kinds.ts';
import type { Measurement } from '#proof/bench/measurement.ts';
import { mean, type Part } from '#proof/bench/part.ts';
import { type Results, sourceOf } from '#proof/bench/report/results.ts';
import {
  type Capacity,
  type CostClass,
  defaultCapacityFile,
  readCapacity,
} from '#scripts/services/edge/capacity.ts';

/**
 * The capacity file of a run, or undefined if the scenario `capacity` was not part of it. The cost of a
 * duplicate is that of the scenario `edge`, or else the checked-in one.
 */
export function capacityFrom(measurements: Measurement[], measured: string): Capacity | undefined {
  const parts = measurements.find(({ id }) => id === 'capacity')?.parts;
  if (!parts) return undefined;
  const costs = Object.keys(capacityParts).map((kind) => [kind, costOf(parts, kind as CostClass)] as const);
  return {
    measured,
    cpuMs: {
      ...(Object.fromEntries(costs) as Record<CostClass, { node: number; shop: number }>),
      duplicate: duplicateCost(measurements) ?? readCapacity(defaultCapacityFile).cpuMs.duplicate,
    },
  };
}

function costOf(parts: Part[], kind: CostClass): { node: number; shop: number } {
  const names: readonly string[] = capacityParts[kind];
  const costs = parts.filter(({ name }) => names.includes(name)).map(({ cpuMs }) => cpuMs);
  const rounded = (value: number) => Number(value.toPrecision(3));
  return {
    node: rounded(mean(costs.map(({ node = 0 }) => node))),
    shop: rounded(mean(costs.map(({ node = 0, redis = 0, postgres = 0 }) => node + redis + postgres))),
  };
}

function duplicateCost(measurements: Measurement[]): { nginx: number } | undefined {
  const cached = measurements.find(({ id }) => id === 'edge-cached');
  const seconds = cached?.usage.cpuSeconds.nginx;
  return cached && seconds ? { nginx: Number(((seconds * 1_000) / cached.sent).toPrecision(3)) } : undefined;
}

/** Writes `capacity.json` if the run measured it. Resolves with the file's path. */
export async function writeCapacity(folder: string, results: Results): Promise<string | undefined> {
  const [machine = ''] = sourceOf(results);
  const measured = `${results.command}, ${results.date.slice(0, 10)}, ${machine}`;
  const capacity = capacityFrom(results.measurements, measured);
  if (!capacity) return undefined;
  const file = path.join(folder, 'capacity.json');
  await writeFile(file, `${JSON.stringify(capacity, undefined, 2)}\n`);
  return file;
}
