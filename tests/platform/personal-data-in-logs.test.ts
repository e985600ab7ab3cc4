import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, expect, test, vi } from 'vitest';
import { orderListener } from '#host/calls/node-listener.ts';
import { sendConsoleToLog } from '#host/console-to-log.ts';
import { db } from '#lib/platform/database/db.ts';
import { writeRecords } from '#lib/submissions/record-submission.ts';
import { startSmtp } from '#proof/harness/services/smtp.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { keepLogLines } from '#tests/support/log-lines.ts';
import { startWorker } from '#tests/support/services/worker.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/**
 * A run of the shop in which everything that can fail does fail, then a search of every log line. What broke:
 * a row that violated a constraint was quoted in the log, with email, name and street.
 */

const smtp = await startSmtp();
afterAll(smtp.close);
await openPayingShop({ SMTP_URL: smtp.url });
const sku = await addProduct('PRIVATE', { priceMinor: 4_100 });

const person = {
  email: 'grace.hopper@navy.example',
  shippingAddress: {
    name: 'Grace Brewster Hopper',
    line1: '1906 Rear Admiral Lane',
    line2: 'Flat Cobol',
    city: 'Arlington',
    region: 'VA',
    postalCode: '22201',
    country: 'US',
  },
};
const secrets = new Set([
  person.email,
  'navy.example',
  'Hopper',
  'Brewster',
  'Rear Admiral',
  'Cobol',
  'refused.by.the.table@navy.example',
]);

/** A shopper whose cookie and token are searched for, too. */
async function shopperAndBody(change: Record<string, unknown> = {}) {
  const shopper = await shopperWith(callHandlers, sku);
  const body = await shopper.body({ ...person, ...change });
  for (const secret of [shopper.cookie.split('=')[1] ?? '', body.submitToken]) secrets.add(secret);
  return { shopper, body };
}

/** The object with which libraries print. */
const { console: printer } = globalThis;

const card = (token: string) => ({ payment: { method: 'card', token } });

const listener = orderListener('127.0.0.1');
const server = createServer((request, response) => void listener(request, response));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
afterAll(() => void server.close());

/** Sends half of an order and disconnects. */
async function sendHalf(shopper: Shopper, text: string): Promise<void> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(
    `POST /api/orders HTTP/1.1\r\nHost: shop.test\r\nCookie: ${shopper.cookie}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text.slice(0, -20)}`,
    () => socket.destroy(),
  );
  await once(socket, 'close');
}

test('no line of a log and no record holds an email, a name, a street, a cookie or a token of a shopper', async () => {
  const lines = keepLogLines();
  // Next prints an error that a page threw, as here.
  sendConsoleToLog();
  const { shopper, body } = await shopperAndBody();
  expect((await shopper.order(body)).status).toBe(201);
  expect((await shopper.order({ ...body, email: 'not an email' })).status).toBe(400);
  expect((await shopper.order({ ...body, totalMinor: 1 })).status).toBe(422);

  const declined = await shopperAndBody(card('pm_card_chargeDeclined'));
  expect((await declined.shopper.order(declined.body)).status).toBe(402);

  await db().$executeRawUnsafe(
    "ALTER TABLE orders ADD CONSTRAINT only_others CHECK (email <> 'refused.by.the.table@navy.example')",
  );
  const refused = await shopperAndBody({ email: 'refused.by.the.table@navy.example' });
  expect((await refused.shopper.order(refused.body)).status).toBe(500);
  const error = await db()
    .$executeRaw`INSERT INTO orders SELECT * FROM orders WHERE email = ${person.email}`.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );

  await writeRecords();
  const records = await db().submission.findMany();
  expect(records.length).toBeGreaterThan(0);

  printer.error('⨯', error);
  printer.error(error);

  for (const text of ['{"email":"grace.hopper@navy.example"', `${JSON.stringify(body)}}`]) {
    const request = { method: 'POST', body: text, headers: { 'content-type': 'application/json' } };
    expect((await callHandlers('/api/orders', request)).status).toBe(400);
  }
  await sendHalf(shopper, JSON.stringify(body));

  smtp.unknownRecipients.add(person.email);
  const worker = startWorker({ LOG_LEVEL: 'debug' });
  await worker.ready;
  await vi.waitFor(() => expect(worker.log()).toMatch(/the mailbox of this email does not exist/), 100_000);
  worker.child.kill('SIGTERM');
  await worker.exited;

  const written = [
    ...lines.map((line) => JSON.stringify(line)),
    ...worker.log().split('\n'),
    ...records.map((record) => JSON.stringify(record)),
  ];
  expect(lines.filter(({ msg }) => msg === 'submission answered')).toHaveLength(records.length);
  expect(written.filter((line) => line.includes('23514'))).not.toEqual([]);
  expect(written.filter((line) => line.includes('unexpected error'))).not.toEqual([]);
  for (const secret of secrets) {
    expect(
      written.filter((line) => line.includes(secret)),
      secret,
    ).toEqual([]);
  }
});

test('an id that is not personal stays in a log line', () => {
  const lines = keepLogLines();
  const orderId = randomUUID();
  printer.warn(`order ${orderId}`);
  expect(lines.at(-1)?.msg).toBe(`order ${orderId}`);
});
