import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { openDatabaseBefore } from '#tests/support/faults/earlier-database.ts';
import { mailboxes } from '#tests/support/mailboxes.ts';

/** What 0013_mailbox_spellings does to emails written before it. */

const { client, migrate, close } = await openDatabaseBefore('0013_mailbox_spellings');
afterAll(close);

async function writeMails(): Promise<void> {
  for (const [address] of mailboxes) {
    await client.query(
      `INSERT INTO mail (user_id, order_id, version, kind, recipient, subject, body, status, unpaid)
       VALUES ($1, $1, 1, 'confirmation', $2, '', '', 'sent', true)`,
      [randomUUID(), address],
    );
  }
}

test('emails written before and after the migration are found by their mailbox through the index', async () => {
  await writeMails();
  await migrate();
  // On a connection that was opened before the index changed.
  await writeMails();
  await client.query('SET enable_seqscan = off');
  const expected = Map.groupBy(mailboxes, ([, mailbox]) => mailbox);
  for (const [mailbox, spellings] of expected) {
    const found = await client.query('SELECT FROM mail WHERE mailbox_of(recipient) = $1 AND unpaid', [
      mailbox,
    ]);
    expect([mailbox, found.rowCount]).toEqual([mailbox, 2 * spellings.length]);
  }
  const { rows } = await client.query(
    `EXPLAIN SELECT FROM mail WHERE mailbox_of(recipient) = 'victimname@gmail.com' AND unpaid`,
  );
  expect(JSON.stringify(rows)).toContain('mail_unpaid_idx');
});
