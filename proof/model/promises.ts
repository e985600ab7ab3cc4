import { isOpen, isOver } from '#lib/payments/payment-rows.ts';
import type { State, World } from '#proof/model/state.ts';
import { submissionOf } from '#proof/model/steps/decide-order.ts';
import { differenceOf, isOnItsWay } from '#proof/model/steps/ledger.ts';
import { isPayable } from '#proof/model/steps/paying.ts';

/** A condition on every state, or on every final state. */
interface Promised {
  says: string;
  atRestOnly?: true;
  holds: (state: State, world: World) => boolean;
}

const areTold = ({ told, orders }: State) =>
  told.every((order) => order === undefined || orders[order]?.accepted);

const isUnique = (values: unknown[]) => new Set(values).size === values.length;

export const promises: Promised[] = [
  {
    says: 'one cart makes one order',
    holds: ({ orders }) => isUnique(orders.map(({ cart }) => cart)),
  },
  {
    says: 'one submission makes one order',
    holds: ({ orders }) => isUnique(orders.map(({ token }) => token)),
  },
  {
    says: 'an order holds what its shopper confirmed',
    holds: ({ orders }, { scenario }) =>
      orders.every(({ submission, contents }) => submissionOf(scenario, submission).version === contents),
  },
  {
    says: 'nothing is sold that is not there',
    holds: ({ left }) => left >= 0,
  },
  {
    says: 'what is left and what is ordered is what there was',
    holds: (state, { scenario }) =>
      state.left +
        state.orders.filter((order) => order.status !== 'cancelled' || isOnItsWay(state, order)).length ===
      scenario.stock,
  },
  {
    says: 'an order releases its unit at most once for each of its ends',
    holds: ({ moves, orders }) =>
      orders.every(
        ({ ends }, order) => moves.filter((move) => move.order === order && move.units > 0).length <= ends,
      ),
  },
  {
    says: 'the stock is the sum of its ledger, except for what was written without moving it',
    holds: (state, { scenario }) => {
      const difference = differenceOf(state, scenario);
      return difference === 0 || difference === state.chances.unbooked - scenario.chances.unbooked;
    },
  },
  {
    says: 'in the end the stock is the sum of its ledger',
    atRestOnly: true,
    holds: (state, { scenario }) => differenceOf(state, scenario) === 0,
  },
  {
    says: 'an attempt to pay a submission is charged once',
    holds: ({ charges }) => isUnique(charges.map(({ submission, attempt }) => `${submission} ${attempt}`)),
  },
  {
    says: 'an order has one live payment',
    holds: ({ orders, payments }) =>
      orders.every(
        (_, order) => payments.filter((one) => one.order === order && !isOver(one.status)).length <= 1,
      ),
  },
  {
    says: 'a shopper who is told "ordered" has that order, and every later answer says so',
    // An order that a restored database has lost returns when the shopper sends the submission again.
    // The next promise covers it.
    holds: (state) => state.lie === undefined && (state.backup === 'used' || areTold(state)),
  },
  {
    says: 'in the end a shopper who was told "ordered" has that order, even if the database was restored',
    atRestOnly: true,
    holds: (state) => areTold(state),
  },
  {
    says: 'an order that was promised and charged is not cancelled',
    holds: ({ told, orders, charges }) =>
      told.every(
        (order) =>
          order === undefined ||
          orders[order]?.status !== 'cancelled' ||
          !charges.some((charge) => charge.order === order && charge.status === 'succeeded'),
      ),
  },
  {
    says: 'every payment is settled in the end',
    atRestOnly: true,
    holds: ({ payments }) => payments.every(({ status }) => !isOpen(status)),
  },
  {
    says: 'an order that ended more than a day ago is not taken up again',
    holds: ({ orders }) =>
      orders.every(({ status, endedLongAgo }) => !endedLongAgo || status === 'cancelled'),
  },
  {
    says: 'in the end no card can be taken for a charge that was declined',
    atRestOnly: true,
    holds: ({ payments, charges }) =>
      payments.every(
        ({ order, attempt, status }) =>
          status !== 'declined' ||
          !charges.some(
            (charge) => charge.order === order && charge.attempt === attempt && isPayable(charge.status),
          ),
      ),
  },
  {
    says: 'in the end money is kept for an order that is paid, and for no other',
    atRestOnly: true,
    holds: (state) => {
      const kept = state.charges.filter(({ status, givenBack }) => status === 'succeeded' && !givenBack);
      return (
        kept.every(({ order }) => order !== undefined && state.orders[order]?.status === 'paid') &&
        state.orders.every(
          ({ status }, order) => (status === 'paid') === kept.some((one) => one.order === order),
        ) &&
        isUnique(kept.map(({ order }) => order))
      );
    },
  },
];
