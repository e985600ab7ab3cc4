import { expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { closeDay } from '#lib/reconciliation/close-day.ts';
import { readDays } from '#lib/reconciliation/day-figures.ts';
import { daysToCsv } from '#scripts/reconcile/days.ts';
import { openReconciledShop, reconcileAll } from './reconciled-shop.ts';

/** A day's orders, and the provider's money of that day, are signed by a named person. */

const zone = 'Asia/Kolkata';
const { simulator, order, charge } = await openReconciledShop({ SHOP_TIME_ZONE: zone });

const run = (statement: string, ...values: unknown[]) => db().$executeRawUnsafe(statement, ...values);
const dayOf = (time: Date) => new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(time);

/** Moves everything that happened so far one day into the past, on both sides. */
async function passADay(): Promise<void> {
  await run(`UPDATE provider_entry SET created_at = created_at - interval '1 day'`);
  await run(`UPDATE orders SET placed_at = placed_at - interval '1 day'`);
}

const eva = { signedBy: 'eva' };
const refused = (detail: RegExp) => ({ code: 'invalid_request', message: expect.stringMatching(detail) });

test('a day is closed once it is over, reconciled, and its sides agree or a note says why', async () => {
  const [one, other, third] = [await order(), await order(), await order('invoice')];
  await simulator.dashboard.refund(other.ref, 400);
  const today = dayOf(new Date());
  await expect(closeDay(today, eva)).rejects.toMatchObject(refused(/not over/));
  await reconcileAll(true);
  const charged = one.totalMinor + other.totalMinor;
  const fee = (minor: number) => Math.round(minor * 0.029 + 30);
  const fees = fee(one.totalMinor) + fee(other.totalMinor);
  const card = {
    ...{ day: today, currency: 'USD', method: 'card', orders: 2, orderMinor: charged, chargedMinor: charged },
    ...{ refundedMinor: 400, disputedMinor: 0, feeMinor: fees, netMinor: charged - 400 - fees },
    ...{ paidOutMinor: 0, differenceMinor: 0 },
  };
  const invoice = {
    method: 'invoice',
    orders: 1,
    orderMinor: third.totalMinor,
    chargedMinor: 0,
    differenceMinor: 0,
  };
  expect(await readDays(today, today)).toMatchObject([card, invoice]);

  await passADay();
  const day = dayOf(new Date(Date.now() - 24 * 60 * 60_000));
  await run(`UPDATE reconciliation SET to_at = to_at - interval '3 days'`);
  await expect(closeDay(day, eva)).rejects.toMatchObject(refused(/not reconciled/));
  await reconcileAll();
  expect(await closeDay(day, eva)).toMatchObject([
    { ...card, day, version: 1, signedBy: 'eva' },
    { ...invoice, day, version: 1 },
  ]);
  // Closing it again changes nothing.
  expect(await closeDay(day, { signedBy: 'bob' })).toMatchObject([
    { version: 1, signedBy: 'eva' },
    { version: 1 },
  ]);
});

test('a closed day that changes later is a discrepancy, until it is closed again', async () => {
  const day = dayOf(new Date(Date.now() - 24 * 60 * 60_000));
  const { id } = await charge(900);
  await reconcileAll();
  await run(`UPDATE provider_entry SET created_at = created_at - interval '1 day' WHERE charge_ref = $1`, id);
  const { found } = await reconcileAll();
  const changed = found.find(({ kind }) => kind === 'closed_day_changed');
  expect(changed).toMatchObject({
    state: 'open',
    ours: { differenceMinor: 0 },
    theirs: { differenceMinor: -900 },
  });

  await expect(closeDay(day, eva)).rejects.toMatchObject(refused(/differ by -900/));
  const [card] = await closeDay(day, { signedBy: '=eva', note: 'the "market" stall' });
  expect(card).toMatchObject({ version: 2, differenceMinor: -900 });
  expect((await reconcileAll()).found.find(({ kind }) => kind === 'closed_day_changed')?.state).toBe(
    'resolved',
  );
  expect(daysToCsv([card as never], [card as never]).split('\r\n')[1]).toMatch(
    new RegExp(`^${day},USD,card,2,.*,-900,"'=eva","the ""market"" stall"$`),
  );
});
