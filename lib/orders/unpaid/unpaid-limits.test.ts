import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { UnpaidPolicy } from '#lib/orders/unpaid/unpaid-limits.ts';
import {
  type LimitedOrder,
  type OpenUnpaid,
  type OrderLimit,
  openUnpaidOf,
  reachedLimit,
} from '#lib/orders/unpaid/unpaid-limits.ts';

const person = { invoices: 3, cards: 2, units: 20, invoicedMinor: 25_000 };
const policy: UnpaidPolicy = {
  invoiceMaxMinor: 10_000,
  invoiceHoldDays: 14,
  orderMaxUnits: 50,
  shopper: person,
  email: person,
  network: { invoices: 5, cards: 4, units: 40, invoicedMinor: 0 },
};

interface Made {
  userId?: string;
  emailHash?: string;
  networkHash?: string | undefined;
  method?: 'invoice' | 'card';
  units?: number;
  totalMinor?: number;
}

function order({
  userId = 'u',
  emailHash = '1',
  networkHash,
  method = 'invoice',
  units = 1,
  totalMinor = 100,
}: Made) {
  const payment = method === 'card' ? ({ method, token: 'pm_1' } as const) : ({ method } as const);
  return {
    orderRequest: { userId, emailHash, networkHash, payment },
    unitCount: units,
    totalMinor,
  } satisfies LimitedOrder;
}

const limitOf = (made: Made, open: OpenUnpaid[] = []) =>
  reachedLimit(openUnpaidOf(open), order(made), policy);

describe('a single order', () => {
  test.each<[string, Made, OrderLimit | undefined]>([
    ['with the maximum number of items', { method: 'card', units: 50 }, undefined],
    ['with one item more', { method: 'card', units: 51 }, { kind: 'order_units', allowed: 50 }],
    ['by invoice, with the maximum total', { totalMinor: 10_000 }, undefined],
    [
      'by invoice, above the maximum total',
      { totalMinor: 10_001 },
      { kind: 'invoice_amount', allowed: 10_000 },
    ],
    ['by card, of any amount', { method: 'card', totalMinor: 9_999_999 }, undefined],
    [
      'by invoice, with more items than may be unpaid',
      { units: 21 },
      { kind: 'units', scope: 'shopper', allowed: 20 },
    ],
    [
      'by card, with more items than may be unpaid: it is about to be paid',
      { method: 'card', units: 21 },
      undefined,
    ],
  ])('%s', (_, made, limit) => expect(limitOf(made)).toEqual(limit));
});

describe('an order in addition to unpaid ones', () => {
  const open = (change: Partial<OpenUnpaid>): OpenUnpaid => ({
    scope: 'shopper',
    key: 'u',
    invoices: 0,
    cards: 0,
    units: 0,
    cardUnits: 0,
    invoicedMinor: 0,
    ...change,
  });
  test.each<[string, Partial<OpenUnpaid>, Made, OrderLimit | undefined]>([
    ['two invoices', { invoices: 2 }, {}, undefined],
    ['three invoices', { invoices: 3 }, {}, { kind: 'invoices', scope: 'shopper', allowed: 3 }],
    ['three invoices, paid by card', { invoices: 3 }, { method: 'card' }, undefined],
    ['two declined cards', { cards: 2 }, { method: 'card' }, { kind: 'cards', scope: 'shopper', allowed: 2 }],
    ['two declined cards, by invoice', { cards: 2 }, {}, undefined],
    ['nearly all items', { units: 19 }, { units: 1 }, undefined],
    [
      'nearly all items, and two more',
      { units: 19 },
      { units: 2 },
      { kind: 'units', scope: 'shopper', allowed: 20 },
    ],
    [
      'all items on cards, and a card',
      { units: 20, cardUnits: 20 },
      { method: 'card' },
      { kind: 'units', scope: 'shopper', allowed: 20 },
    ],
    ['all items on invoices, and a card', { units: 20 }, { method: 'card' }, undefined],
    [
      'all items on cards, and an invoice',
      { units: 20, cardUnits: 20 },
      {},
      { kind: 'units', scope: 'shopper', allowed: 20 },
    ],
    [
      'unpaid invoices near the limit of their value',
      { invoicedMinor: 20_000 },
      { totalMinor: 5_001 },
      { kind: 'invoicedMinor', scope: 'shopper', allowed: 25_000 },
    ],
    [
      'an email address with three invoices',
      { scope: 'email', key: '1', invoices: 3 },
      {},
      { kind: 'invoices', scope: 'email', allowed: 3 },
    ],
    [
      'an email address beyond every limit, which may be misused, and a card',
      { scope: 'email', key: '1', invoices: 9, cards: 9, units: 999, cardUnits: 999, invoicedMinor: 999_999 },
      { method: 'card' },
      undefined,
    ],
    ['another email address with three invoices', { scope: 'email', key: '2', invoices: 3 }, {}, undefined],
    [
      'a network with five invoices',
      { scope: 'network', key: 'n', invoices: 5 },
      { networkHash: 'n' },
      { kind: 'invoices', scope: 'network', allowed: 5 },
    ],
    [
      'the same, for a client with an unknown address',
      { scope: 'network', key: 'n', invoices: 5 },
      {},
      undefined,
    ],
  ])('%s', (_, row, made, limit) => expect(limitOf(made, [open(row)])).toEqual(limit));

  test('a limit of zero is no limit', () => {
    const none = { invoices: 0, cards: 0, units: 0, invoicedMinor: 0 };
    const off = { ...policy, orderMaxUnits: 0, shopper: none, email: none, network: none };
    const row = open({ invoices: 999, cards: 999, units: 9_999, invoicedMinor: 9_999_999 });
    expect(reachedLimit(openUnpaidOf([row]), order({ units: 999 }), off)).toBeUndefined();
  });
});

// Attackers get cookies for free and invent addresses, but they share their network.
test('a batch keeps every limit, however its invoices are spread over shoppers and addresses', () => {
  const made = fc.record({
    userId: fc.constantFrom('u', 'v', 'w'),
    emailHash: fc.constantFrom('1', '2', '3'),
    networkHash: fc.constantFrom('n', 'm', undefined),
    units: fc.integer({ min: 1, max: 12 }),
    totalMinor: fc.integer({ min: 100, max: 9_000 }),
  });
  fc.assert(
    fc.property(fc.array(made, { maxLength: 40 }), (orders) => {
      const tally = openUnpaidOf([]);
      for (const one of orders.map(order)) if (!reachedLimit(tally, one, policy)) tally.add(one);
      const within = (scope: 'shopper' | 'email' | 'network', keys: string[]) => {
        const limits = policy[scope];
        for (const { invoices, units, invoicedMinor } of keys.map((key) => tally.of(scope, key))) {
          expect(invoices).toBeLessThanOrEqual(limits.invoices);
          expect(units).toBeLessThanOrEqual(limits.units);
          if (limits.invoicedMinor > 0) expect(invoicedMinor).toBeLessThanOrEqual(limits.invoicedMinor);
        }
      };
      within('shopper', ['u', 'v', 'w']);
      within('email', ['1', '2', '3']);
      within('network', ['n', 'm']);
    }),
  );
});
