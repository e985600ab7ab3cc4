import { SMTPServer } from 'smtp-server';
import { afterAll, expect, test } from 'vitest';
import { deliverWebhook } from '#lib/notifications/deliver-webhook.ts';
import { closeMailer } from '#lib/notifications/email/mailer.ts';
import { sendEmail } from '#lib/notifications/email/send-email.ts';
import { db } from '#lib/platform/database/db.ts';
import { placeOrder } from '#tests/support/notifying.ts';
import { startWebhookReceiver } from '#tests/support/services/webhook-receiver.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/**
 * Servers that answer and refuse the shop itself. The job's error, which `npm run jobs` and the log show, says what to
 * correct: retries alone change nothing.
 */

const smtp = new SMTPServer({
  disabledCommands: ['STARTTLS'],
  onAuth: (_auth, _session, callback) =>
    callback(Object.assign(new Error('authentication failed'), { responseCode: 535 })),
});
await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
const { port } = smtp.server.address() as { port: number };
const receiver = await startWebhookReceiver();
await openTestShop({
  env: {
    SMTP_URL: `smtp://shop:wrong@127.0.0.1:${port}`,
    ORDER_WEBHOOK_URL: receiver.url,
    ORDER_WEBHOOK_SECRET: receiver.secret,
    PUBLIC_URL: 'https://shop.test',
  },
});
afterAll(async () => {
  closeMailer();
  await receiver.close();
  await new Promise<void>((resolve) => smtp.close(() => resolve()));
});
const sku = await addProduct('LAMP');

test('a mail server that refuses the login', async () => {
  const key = { ...(await placeOrder(sku)), kind: 'confirmation' };
  await db().mail.create({
    data: { ...key, recipient: 'a@b.example', subject: 's', body: 'b', status: 'queued' },
  });
  await expect(sendEmail(key)).rejects.toThrow(
    'the mail server refuses the login (535); correct user and password in SMTP_URL and restart the worker',
  );
  // It is sent when the login is right.
  expect(await db().mail.findFirstOrThrow({ where: { orderId: key.orderId } })).toMatchObject({
    status: 'queued',
  });
});

test.each([
  [401, 'answered 401: it refuses the signature; ORDER_WEBHOOK_SECRET must be the secret of the receiver'],
  [404, 'answered 404: it has no such address; correct ORDER_WEBHOOK_URL'],
  [302, 'answered 302: redirects are not followed'],
  [500, /answered 500$/],
])('a receiver of order events that answers %i', async (status, words) => {
  const key = await placeOrder(sku);
  await db().webhookDelivery.create({
    data: { ...key, url: receiver.url, messageId: `order_${key.orderId}_1`, status: 'queued' },
  });
  receiver.answers.push(status);
  await expect(deliverWebhook(key)).rejects.toThrow(words);
});
