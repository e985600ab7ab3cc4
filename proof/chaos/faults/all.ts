import { clockFaults } from './clocks.ts';
import { diskFault } from './disk.ts';
import { edgeFaults } from './edge.ts';
import type { Fault } from './fault.ts';
import { linkFaults } from './links.ts';
import { processFaults } from './processes.ts';
import { providerFaults } from './provider.ts';
import { storeFaults } from './stores.ts';

/** All faults of the chaos tests. */
export const faults: Fault[] = [
  ...processFaults,
  ...clockFaults,
  ...storeFaults,
  diskFault,
  ...linkFaults,
  ...providerFaults,
  ...edgeFaults,
];
