import os from 'node:os';
import type { DirectHarness } from '#proof/harness/direct-harness.ts';
import { findNginx } from '#scripts/services/nginx-folder.ts';
import { capture } from '#scripts/services/processes.ts';

/** The machine of a measurement. Figures from two machines can't be compared. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGb: number;
  system: string;
  /** Processes that wanted a core in the minute before. Above 0, other work was running here. */
  loadBefore: number;
  node: string;
  postgres: string;
  redis: string;
  nginx: string | null;
}

export async function describeMachine({ versions }: DirectHarness, loadBefore: number): Promise<Machine> {
  const program = await findNginx();
  const nginx = program && (await capture(program, ['-v'])).stderr.match(/nginx\/(\S+)/)?.[1];
  return {
    cpu: os.cpus()[0]?.model.trim() || os.arch(),
    cores: os.availableParallelism(),
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    loadBefore,
    node: process.version.slice(1),
    ...versions,
    nginx: nginx ?? null,
  };
}

/** The machine in a file name: `2-cores-amd-epyc-7763`. */
export function slugOf({ cores, cpu }: Pick<Machine, 'cores' | 'cpu'>): string {
  const model = cpu
    .toLowerCase()
    .replaceAll(/\((r|tm)\)|\b(cpu|processor)\b|@.*$/g, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return `${cores}-cores-${model}`;
}
