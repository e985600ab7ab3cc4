import { afterEach, describe, expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { bankCard, card, cardBody, declinedCard, expectBooksToAgree, orderOf } from '#tests/support/money.ts';
import { stripeFor } from '#tests/support/services/simulator.ts';
import { answerBank } from '#tests/support/shop/bank.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';

/** Card payments, answer by answer. Every answer is checked against the OpenAPI document. */

const { simulator, redis, beforeReply } = await openPayingShop();
const call = conforming(callHandlers);
afterEach(async () => {
  beforeReply(async () => undefined);
  simulator.clearFaults();
  await expectBooksToAgree(simulator);
});

interface Receipt {
  outcome: string;
  order: { id: string; url: string; statusUrl: string };
}

describe('POST /api/orders with a card', () => {
  test('a card that is charged makes a paid order, and the same submission gets the same bytes', async () => {
    const shopper = await shopperWith(call, await addProduct('CHARGED'));
    const body = await cardBody(shopper);
    const response = await shopper.order(body);
    const bytes = await response.text();
    expect([response.status, response.headers.get('idempotent-replayed')]).toEqual([201, null]);
    for (const flush of [false, true]) {
      if (flush) await redis.flush();
      const again = await shopper.order(body);
      expect([again.status, await again.text(), again.headers.get('idempotent-replayed')]).toEqual([
        201,
        bytes,
        'true',
      ]);
    }
    expect(await orderOf(shopper)).toMatchObject({
      status: 'paid',
      accepted: true,
      payments: [{ attempt: 1, status: 'succeeded', providerRef: expect.stringMatching(/^pi_/) }],
    });
    const { order } = JSON.parse(bytes) as Receipt;
    expect(simulator.ledger(order.id)).toMatchObject([
      { captured: body.totalMinor, live: true, attempt: '1' },
    ]);
    expect(simulator.usesOfKey(`order:${order.id}:1`)).toBe(1);
    expect(await (await shopper.request(order.statusUrl)).json()).toMatchObject({
      status: 'paid',
      payable: null,
      holdUntil: null,
      cancellable: true,
      payments: [{ attempt: 1, method: 'card', status: 'succeeded', refundedMinor: 0 }],
    });
  });

  test('a declined card leaves an order that waits, repeats that answer, and becomes 201 when another card has paid', async () => {
    const shopper = await shopperWith(call, await addProduct('DECLINED', { available: 5 }));
    const body = await cardBody(shopper, declinedCard);
    const first = await shopper.order(body);
    expect(first.status).toBe(402);
    const problem = (await first.json()) as { code: string; order: Receipt['order'] };
    expect(problem).toMatchObject({
      code: 'payment_declined',
      order: { url: expect.stringMatching(/^\/orders\//) },
    });
    const again = await shopper.order(body);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([402, 'true']);
    expect(await again.json()).toMatchObject({ code: 'payment_declined', order: problem.order });
    expect(await availableOf('DECLINED')).toBe(4);
    const live = await (await shopper.request(problem.order.statusUrl)).json();
    expect(live).toMatchObject({
      status: 'payment_declined',
      payable: { attempt: 2 },
      holdUntil: expect.any(String),
      payments: [{ status: 'declined', declineCode: 'card_declined' }],
    });
    const paid = await shopper.send('POST', `${problem.order.statusUrl}/payments`, {
      attempt: 2,
      method: 'card',
      token: 'pm_card_visa',
    });
    expect(paid.status).toBe(201);
    expect(await paid.json()).toEqual({
      outcome: 'accepted',
      payment: { attempt: 2, status: 'succeeded', amountMinor: body.totalMinor },
      order: problem.order,
    });
    const replay = await shopper.order(body);
    expect([replay.status, replay.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect(await replay.json()).toEqual({ outcome: 'accepted', order: problem.order });
    expect(await orderOf(shopper)).toMatchObject({
      status: 'paid',
      payments: [{ status: 'declined' }, { status: 'succeeded' }],
    });
  });

  test('a card whose bank asks for confirmation makes an order that waits for the shopper', async () => {
    const shopper = await shopperWith(call, await addProduct('BANK'));
    const body = await cardBody(shopper, bankCard);
    const response = await shopper.order(body);
    expect(response.status).toBe(201);
    const { order } = (await response.json()) as Receipt;
    expect(await (await shopper.request(order.statusUrl)).json()).toMatchObject({
      status: 'payment_pending',
      payable: { attempt: 2 },
      payments: [{ status: 'requires_action', actionUrl: expect.stringMatching(/^http/) }],
    });
    const back = await answerBank(shopper, order.statusUrl, 'confirm');
    expect(new URL(back, 'http://shop.test').pathname).toBe(`${order.url}/payment-return`);
    for (const _ of [1, 2]) {
      const returned = await callHandlers(back, {
        headers: { cookie: shopper.cookie },
      });
      expect([returned.status, returned.headers.get('location')]).toEqual([303, order.url]);
    }
    expect(await orderOf(shopper)).toMatchObject({ status: 'paid', payments: [{ status: 'succeeded' }] });
  });

  test('the bank returns a shopper to the host name by which they reached the shop', async () => {
    const sku = await addProduct('BY-NAME');
    const named: typeof callHandlers = (path, init) => {
      const headers = new Headers(init?.headers);
      headers.set('host', 'lamps.example:8080');
      return callHandlers(path, { ...init, headers });
    };
    const shopper = await shopperWith(named, sku);
    expect((await shopper.order(await cardBody(shopper, bankCard))).status).toBe(201);
    const { id, payments } = await orderOf(shopper);
    const intent = await stripeFor(simulator.url).paymentIntents.retrieve(payments[0]?.providerRef ?? '');
    expect(intent.next_action?.redirect_to_url?.return_url).toBe(
      `http://lamps.example:8080/orders/${id}/payment-return`,
    );
  });

  test('a shopper who refuses at their bank returns to an order that waits for another card', async () => {
    const shopper = await shopperWith(call, await addProduct('REFUSED'));
    const { order } = (await (await shopper.order(await cardBody(shopper, bankCard))).json()) as Receipt;
    const back = await answerBank(shopper, order.statusUrl, 'refuse');
    await callHandlers(back, { headers: { cookie: shopper.cookie } });
    expect(await (await shopper.request(order.statusUrl)).json()).toMatchObject({
      status: 'payment_declined',
      payable: { attempt: 2 },
      payments: [{ status: 'declined', declineCode: 'authentication_required' }],
    });
  });

  test('the answer to a refused card says whether the order still waits for another', async () => {
    const shopper = await shopperWith(call, await addProduct('STILL-WAITS'));
    const body = await cardBody(shopper, declinedCard);
    const detail = async () => ((await (await shopper.order(body)).json()) as { detail: string }).detail;
    expect(await detail()).toContain('waits for another card');
    const { id } = await orderOf(shopper);
    expect((await shopper.send('POST', `/api/orders/${id}/cancel`, {})).status).toBe(200);
    expect(await detail()).toContain('has ended since');
  });

  test('the return from the bank tells a stranger nothing and settles nothing for them', async () => {
    const shopper = await shopperWith(call, await addProduct('STRANGER'));
    const { order } = (await (await shopper.order(await cardBody(shopper, bankCard))).json()) as Receipt;
    // If the event of its start came late, it would find the order paid.
    const paymentRef = (await orderOf(shopper)).payments[0]?.providerRef ?? '';
    await expect
      .poll(() => db().paymentEvent.count({ where: { paymentRef, appliedAt: { not: null } } }))
      .toBe(1);
    simulator.addFault({ kind: 'webhook_drop', times: 2, on: { orderId: order.id } });
    const back = await answerBank(shopper, order.statusUrl, 'confirm');
    const stranger = await shopperWith(call, 'STRANGER');
    for (const cookie of [stranger.cookie, '']) {
      const response = await callHandlers(back, { headers: { cookie } });
      expect([response.status, response.headers.get('location')]).toEqual([303, `${order.url}?returned=1`]);
    }
    expect(await orderOf(shopper)).toMatchObject({ status: 'payment_pending' });
    await callHandlers(back, { headers: { cookie: shopper.cookie } });
  });

  test('a form post is redirected to the order page, charged or declined', async () => {
    await addProduct('CARDFORM');
    for (const token of ['pm_card_visa', declinedCard]) {
      const shopper = await shopperWith(call, 'CARDFORM');
      const response = await shopper.orderByForm(await cardBody(shopper, token));
      expect([response.status, response.headers.get('location')]).toEqual([
        303,
        `/orders/${(await orderOf(shopper)).id}`,
      ]);
    }
  });

  test('a card that the provider does not know is declined, and the order waits for another', async () => {
    const shopper = await shopperWith(call, await addProduct('NOCARD'));
    const response = await shopper.order(await cardBody(shopper, 'pm_no_such_card'));
    expect(response.status).toBe(402);
    expect(await orderOf(shopper)).toMatchObject({ status: 'payment_declined' });
  });

  test('the same key with another card is refused', async () => {
    const shopper = await shopperWith(call, await addProduct('OTHERCARD'));
    const body = await cardBody(shopper, declinedCard);
    expect((await shopper.order(body)).status).toBe(402);
    const other = await shopper.order({ ...body, ...card('pm_card_visa') });
    expect([other.status, await other.json()]).toMatchObject([422, { code: 'key_reused' }]);
  });

  test.each([
    ['no token', { method: 'card' }, 'payment.token'],
    ['an empty token', { method: 'card', token: '' }, 'payment.token'],
    ['a card number', { method: 'card', token: '4242 4242 4242 4242' }, 'payment.token'],
    ['an unknown method', { method: 'cash' }, 'payment.method'],
  ])('%s is refused with the field named', async (_, payment, path) => {
    await addProduct('BADCARD').catch(() => undefined);
    const shopper = await shopperWith(call, 'BADCARD');
    const response = await shopper.order(await shopper.body({ payment }));
    expect([response.status, await response.json()]).toMatchObject([400, { fields: [{ path }] }]);
  });

  test('the quote offers the card first, then the invoice', async () => {
    const shopper = await shopperWith(call, await addProduct('OFFERED'));
    expect((await shopper.quote()).paymentMethods).toEqual([
      { id: 'card', label: expect.any(String) },
      { id: 'invoice', label: expect.any(String) },
    ]);
  });
});
