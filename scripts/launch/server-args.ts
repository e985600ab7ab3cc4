import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/**
 * Node's arguments for a process of the shop. V8 sizes its space for young objects by the machine's memory,
 * up to 134 MB, and never shrinks it. With 50 MB, the process is that much smaller. With a third less, it
 * would be smaller by another 20 MB, but an order would cost 7 per cent more CPU time, because surviving
 * young objects are copied more often. V8 also lets garbage grow to several times the live data. Here it
 * collects when the heap has grown by 30 per cent: docs/decisions/0011.
 */
export const serverArgs = [
  '--max-semi-space-size=24',
  '--heap-growing-percent=30',
  path.join(root, 'server.ts'),
];
