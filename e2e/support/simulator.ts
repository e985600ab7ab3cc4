import { expect } from '@playwright/test';

/** Access to the shop's payment simulator from this machine: its ledger and its faults. */

const simulator = () => `http://127.0.0.1:${process.env.E2E_TILL_PORT}`;

interface LedgerRow {
  attempt: string;
  captured: number;
  refunded: number;
  declines: number;
  live: boolean;
}

/** Reads the simulator's ledger rows for the charges of an order with this path. */
export async function ledgerOf(orderPath: string): Promise<LedgerRow[]> {
  const answer = await fetch(`${simulator()}/_test/ledger?order_id=${idOf(orderPath)}`);
  return ((await answer.json()) as { charges: LedgerRow[] }).charges;
}

/** Expects that the order was charged once, in full, and had no other charge. */
export async function expectOneCharge(orderPath: string, amountMinor: number): Promise<void> {
  const charged = (await ledgerOf(orderPath)).filter(({ captured }) => captured > 0);
  expect(charged).toEqual([expect.objectContaining({ captured: amountMinor, refunded: 0, live: true })]);
}

/** Adds a fault to the charges of one order. Other orders are not affected. */
export async function addFault(
  orderPath: string,
  fault: { kind: string; method?: string; times?: number },
): Promise<void> {
  const { kind, method, times } = fault;
  const answer = await fetch(`${simulator()}/_test/faults`, {
    method: 'POST',
    body: JSON.stringify({ kind, times, on: { method, orderId: idOf(orderPath) } }),
  });
  expect(answer.ok, await answer.text()).toBe(true);
}

const idOf = (orderPath: string) => orderPath.split('/').at(-1);
