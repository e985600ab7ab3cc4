import { afterAll, expect, test } from 'vitest';
import { readActor } from '#lib/orders/actor.ts';
import { openDatabaseBefore } from '#tests/support/faults/earlier-database.ts';

/** What 0015_actor_kind does to events and refunds written before it, and by processes of that release. */

const { client, migrate, close } = await openDatabaseBefore('0015_actor_kind');
afterAll(close);

const userId = '4be0643f-1d98-473b-97cd-ca98a65347dd';
const id = '0b4f1a52-6d2c-4a3e-9b1f-0c7d5e3a2b10';

async function addOrder(): Promise<void> {
  await client.query(`INSERT INTO cart (user_id, id, currency, status) VALUES ($1, $2, 'USD', 'ordered')`, [
    userId,
    id,
  ]);
  await client.query(
    `INSERT INTO orders (user_id, id, number, cart_id, submit_token, body_hash, lines_hash, status, currency,
       subtotal_minor, shipping_minor, tax_minor, discount_minor, total_minor, email, shipping_method, shipping_address)
     VALUES ($1, $2, 'N', $2, $2, 'b', 'l', 'paid', 'USD', 1000, 0, 0, 0, 1000, 'a@b.example', 'standard', '{}')`,
    [userId, id],
  );
  await client.query(
    `INSERT INTO payment (user_id, order_id, attempt, method, status, amount_minor, currency, idempotency_key, token)
     VALUES ($1, $2, 1, 'card', 'succeeded', 1000, 'USD', 'k', 't')`,
    [userId, id],
  );
}

const addEvent = (version: number, actor: string) =>
  client.query(
    `INSERT INTO order_event (user_id, order_id, version, to_status, actor, reason)
     VALUES ($1, $2, $3, 'paid', $4, 'test')`,
    [userId, id, version, actor],
  );

test('earlier events and refunds keep their text, from which their actor is read', async () => {
  await addOrder();
  const actors = ['shopper', 'provider', 'job:expire_holds', 'operator:shopper', 'operator:a:b'];
  for (const [index, actor] of actors.entries()) await addEvent(index + 1, actor);
  await client.query(
    `INSERT INTO refund (user_id, order_id, id, attempt, amount_minor, currency, status, actor, reason, idempotency_key)
     VALUES ($1, $2, $2, 1, 100, 'USD', 'created', 'job:expire_holds', 'test', 'r')`,
    [userId, id],
  );
  await migrate();
  const { rows } = await client.query('SELECT actor, actor_kind FROM order_event ORDER BY version');
  expect(rows.map((row) => row.actor)).toEqual(actors);
  const kinds = rows.map((row) => readActor({ actor: row.actor, actorKind: row.actor_kind }).kind);
  expect(kinds).toEqual(['shopper', 'provider', 'job', 'operator', 'operator']);
  expect((await client.query('SELECT actor_kind FROM refund')).rows).toEqual([{ actor_kind: null }]);
});

test('afterwards a process of the earlier release still records events, and no kind can be made up', async () => {
  await addEvent(9, 'shopper');
  await expect(client.query(`UPDATE order_event SET actor_kind = 'admin'`)).rejects.toMatchObject({
    code: '23514',
  });
});
