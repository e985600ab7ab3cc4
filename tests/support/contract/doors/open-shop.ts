import { readFileSync } from 'node:fs';

/** A process of the shop: its address, and the file of its log. */
export interface OpenShop {
  url: string;
  logFile: string;
}

export const logOf = ({ logFile }: OpenShop) => readFileSync(logFile, 'utf8');
