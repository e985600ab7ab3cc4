import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { parseEnv } from '#lib/platform/env.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { challengeOf, workOut } from '#tests/support/challenge.ts';
import { cardBody, declinedCard, orderOf } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/** A server that implements siteverify as Turnstile and hCaptcha do: each widget response is valid once. */
const asked: Record<string, string>[] = [];
let answering = true;
let acceptedSecret = 'service-secret';
const service = http.createServer(async (request, response) => {
  const form = Object.fromEntries(new URLSearchParams(await text(request)));
  asked.push(form);
  if (!answering) return response.writeHead(503).end();
  response.setHeader('content-type', 'application/json');
  const answer = (success: boolean, ...codes: string[]) =>
    response.end(JSON.stringify({ success, 'error-codes': codes }));
  if (form.secret !== acceptedSecret) return answer(false, 'invalid-input-secret');
  const first = asked.filter((one) => one.response === form.response).length === 1;
  if (first && form.response?.startsWith('person')) return answer(true);
  return answer(false, 'invalid-input-response');
});
await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
afterAll(() => {
  service.closeAllConnections();
  service.close();
});

await openPayingShop({
  CHALLENGE_KIND: 'turnstile',
  CHALLENGE_SITE_KEY: 'site-key',
  CHALLENGE_SECRET_KEY: 'service-secret',
  CHALLENGE_VERIFY_URL: `http://127.0.0.1:${(service.address() as AddressInfo).port}/siteverify`,
  CHALLENGE_DIFFICULTY: '8',
  DECLINES_PER_SHOPPER: '1',
});

beforeEach(() => {
  asked.length = 0;
  answering = true;
  acceptedSecret = 'service-secret';
});

/** A session with one declined card, and its next submission. */
async function suspect(sku: string) {
  const shopper = await shopperWith(callHandlers, await addProduct(sku));
  expect((await shopper.order(await cardBody(shopper, declinedCard))).status).toBe(402);
  const next = new Shopper(callHandlers);
  next.cookie = shopper.cookie;
  await next.put(await addProduct(`${sku}-2`), 1);
  const submission = await cardBody(next, declinedCard);
  const send = (answer?: string) => next.order(submission, answer ? { 'once-challenge': answer } : {});
  const challenge = await challengeOf(await send());
  if (!challenge) throw new Error('no challenge');
  return { shopper: next, send, challenge };
}

test('the widget’s response is sent to the service with the secret, and lets one submission through', async () => {
  const { send, challenge } = await suspect('PERSON');
  expect(challenge).toMatchObject({ kind: 'turnstile', siteKey: 'site-key' });
  expect(challenge).not.toHaveProperty('difficulty');
  expect((await send(`${challenge.id}~person-1`)).status).toBe(402);
  expect(asked).toEqual([{ secret: 'service-secret', response: 'person-1' }]);
  // Sent again after a lost reply: the response is used up, but the answer stays valid for this submission.
  expect((await send(`${challenge.id}~person-1`)).status).toBe(402);
  expect(asked).toHaveLength(1);
});

test('a response that the service refuses, or that was used before, is refused', async () => {
  const { send, challenge } = await suspect('ROBOT');
  expect(await challengeOf(await send(`${challenge.id}~robot`))).toMatchObject({ kind: 'turnstile' });
  const other = await suspect('USED');
  expect((await other.send(`${other.challenge.id}~person-2`)).status).toBe(402);
  expect(await challengeOf(await send(`${challenge.id}~person-2`))).toBeDefined();
});

test('while the service does not answer, a proof of work replaces it', async () => {
  const { shopper, send, challenge } = await suspect('OUTAGE');
  answering = false;
  const instead = await challengeOf(await send(`${challenge.id}~person-3`));
  if (instead?.kind !== 'proof_of_work') throw new Error(`asked for ${instead?.kind}`);
  expect((await send(workOut(instead))).status).toBe(402);
  expect((await orderOf(shopper)).status).toBe('payment_declined');
});

// What broke: it counted as the answer of a robot, and every shopper with a challenge was refused.
test('while the service refuses the key of the shop, a proof of work replaces it', async () => {
  const { send, challenge } = await suspect('REPLACED-KEY');
  acceptedSecret = 'the key that replaced it';
  const instead = await challengeOf(await send(`${challenge.id}~person-4`));
  if (instead?.kind !== 'proof_of_work') throw new Error(`asked for ${instead?.kind}`);
  expect((await send(workOut(instead))).status).toBe(402);
});

test('a service without its keys is refused at start with the names of the variables', () => {
  const base = { DATABASE_URL: 'postgresql://x', ONCE_SECRET: 'x'.repeat(32) };
  expect(() => parseEnv({ ...base, CHALLENGE_KIND: 'hcaptcha' })).toThrow(/CHALLENGE_SITE_KEY/);
  const keys = { CHALLENGE_SITE_KEY: 'a', CHALLENGE_SECRET_KEY: 'b' };
  expect(parseEnv({ ...base, ...keys, CHALLENGE_KIND: 'hcaptcha' }).CHALLENGE_KIND).toBe('hcaptcha');
});
