import { expect } from '@playwright/test';

/** The shop's test simulator as it can be asked from this machine: its books, and what is to go wrong. */

const simulator = () => `http://127.0.0.1:${process.env.E2E_TILL_PORT}`;

interface LedgerRow {
  attempt: string;
  captured: number;
  refunded: number;
  declines: number;
  live: boolean;
}

/** What truly happened to the charges of an order, whose path is given. */
export async function ledgerOf(orderPath: string): Promise<LedgerRow[]> {
  const answer = await fetch(`${simulator()}/_test/ledger?order_id=${idOf(orderPath)}`);
  return ((await answer.json()) as { charges: LedgerRow[] }).charges;
}

/** The order was charged once, for all that it costs, and nothing else was. */
export async function expectOneCharge(orderPath: string, amountMinor: number): Promise<void> {
  const charged = (await ledgerOf(orderPath)).filter(({ captured }) => captured > 0);
  expect(charged).toEqual([expect.objectContaining({ captured: amountMinor, refunded: 0, live: true })]);
}

/** Has something go wrong with the charges of one order, and with nobody else's. */
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
