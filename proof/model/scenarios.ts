import type { Chances, Scenario } from '#proof/model/state.ts';

/** Small scenarios that are explored completely. The numbers are their bounds. */

const calm: Chances = {
  ...{ crash: 0, loss: 0, redis: 0, edit: 0, hold: 0, restore: 0, again: 0, day: 0 },
  ...{ unbooked: 0, reconcile: 0 },
};
const tabA = { name: 'tab A', cart: 0, version: 1, shipping: 'standard', card: 'invoice', times: 2 } as const;

const twoTabs: Scenario = {
  name: 'two tabs',
  about: 'a cart in two tabs with different totals, the first sent twice, and edited meanwhile',
  stock: 2,
  carts: [{ shopper: 0 }],
  submissions: [tabA, { ...tabA, name: 'tab B', shipping: 'express', times: 1 }],
  chances: { ...calm, crash: 1, loss: 1, redis: 1, edit: 1 },
  jobs: 0,
};

const lastOne: Scenario = {
  name: 'the last one',
  about: 'two shoppers want the last unit, one of them sends twice',
  stock: 1,
  carts: [{ shopper: 0 }, { shopper: 1 }],
  submissions: [
    { ...tabA, name: 'Ann' },
    { ...tabA, name: 'Bob', cart: 1, times: 1 },
  ],
  chances: { ...calm, crash: 1, loss: 1, redis: 1 },
  jobs: 0,
};

const foreignToken: Scenario = {
  name: 'a foreign token',
  about: 'a page that was tampered with sends the token of one cart with another cart',
  stock: 2,
  carts: [{ shopper: 0 }, { shopper: 0 }],
  submissions: [tabA, { ...tabA, name: 'the tampered page', cart: 1, tokenOf: 0 }],
  chances: { ...calm, loss: 1, redis: 1 },
  jobs: 0,
};

const oneCard: Scenario = {
  name: 'a card',
  about: 'a card order sent twice, with jobs and events; a process may die, Redis forget',
  stock: 1,
  carts: [{ shopper: 0 }],
  submissions: [{ ...tabA, card: 'pays' }],
  chances: { ...calm, crash: 1, redis: 1 },
  jobs: 1,
};

const declined: Scenario = {
  ...oneCard,
  name: 'a declined card',
  about: 'a card that is declined, sent twice; a process may die',
  submissions: [{ ...tabA, card: 'declines' }],
  chances: { ...calm, crash: 1 },
};

const lostReply: Scenario = {
  ...oneCard,
  name: 'a lost reply',
  about: 'a card order sent twice, and any one reply is lost: of the COMMIT, of the provider, of the shop',
  chances: { ...calm, loss: 1 },
};

const bank: Scenario = {
  ...oneCard,
  name: 'the bank asks',
  about: 'the shopper has to confirm at the bank, and the hold may run out meanwhile',
  submissions: [{ ...tabA, card: 'asksBank', times: 1 }],
  chances: { ...calm, hold: 1 },
};

const slowProvider: Scenario = {
  ...oneCard,
  name: 'a slow provider',
  about: 'the hold runs out while the card is charged, and a reply may be lost',
  submissions: [{ ...tabA, card: 'pays', times: 1 }],
  chances: { ...calm, loss: 1, hold: 1 },
};

const lateCharge: Scenario = {
  ...oneCard,
  name: 'a late charge',
  about: 'the hold runs out while the card is charged, and another shopper buys the unit that is free again',
  carts: [{ shopper: 0 }, { shopper: 1 }],
  submissions: [
    { ...tabA, name: 'Ann', card: 'pays', times: 1 },
    { ...tabA, name: 'Bob', cart: 1, times: 1 },
  ],
  chances: { ...calm, hold: 1 },
};

const secondCard: Scenario = {
  ...oneCard,
  name: 'a second card',
  about: 'a card is declined, and the next one is tried in two tabs',
  submissions: [{ ...tabA, card: 'declines', times: 1 }],
  nextCards: [
    { name: 'card 2 in tab A', card: 'pays', times: 1 },
    { name: 'card 2 in tab B', card: 'pays', times: 1 },
  ],
  chances: calm,
  jobs: 0,
};

const earlySecondCard: Scenario = {
  ...oneCard,
  name: 'two charges',
  about: 'an attempt seems lost, a second card is tried, and the first charge arrives after all',
  submissions: [{ ...tabA, card: 'pays', times: 1 }],
  nextCards: [{ name: 'card 2', card: 'pays', times: 1 }],
  chances: { ...calm, hold: 1 },
  jobs: 0,
};

const confirmedAgain: Scenario = {
  ...oneCard,
  name: 'confirmed again',
  about:
    'a declined charge is confirmed with another card, without the shop, while the hold runs out and a day passes; a process may die',
  submissions: [{ ...tabA, card: 'declines', times: 1 }],
  againWith: ['pays', 'asksBank'],
  chances: { ...calm, crash: 1, hold: 1, again: 1, day: 1 },
  jobs: 0,
};

const confirmedBeside: Scenario = {
  ...confirmedAgain,
  name: 'confirmed beside the next card',
  about:
    'a declined charge is confirmed with another card or a debit, without the shop, while the next card is tried in it',
  nextCards: [{ name: 'card 2', card: 'pays', times: 1 }],
  againWith: ['pays', 'takesDays'],
  chances: { ...calm, again: 1 },
};

const restored: Scenario = {
  ...oneCard,
  name: 'a restore',
  about: 'a card order sent twice; the database is restored to any earlier state, and Redis is not',
  chances: { ...calm, restore: 1 },
};

const unbooked: Scenario = {
  ...lastOne,
  name: 'a restored ledger',
  about:
    'two shoppers want the last unit, a row of the ledger moves no stock, and two operators repair the difference; a reply may be lost',
  chances: { ...calm, loss: 1, unbooked: 1, reconcile: 2 },
};

const reconciled: Scenario = {
  ...oneCard,
  name: 'a reconciliation',
  about:
    'the hold runs out while the card is charged, and a reconciliation ends the order or settles the charge beside the job and the events; a reply may be lost',
  submissions: [{ ...tabA, card: 'pays', times: 1 }],
  chances: { ...calm, loss: 1, hold: 1, reconcile: 1 },
  jobs: 0,
};

export const scenarios = {
  twoTabs,
  lastOne,
  foreignToken,
  oneCard,
  declined,
  lostReply,
  bank,
  slowProvider,
  lateCharge,
  secondCard,
  earlySecondCard,
  confirmedAgain,
  confirmedBeside,
  restored,
  unbooked,
  reconciled,
};
