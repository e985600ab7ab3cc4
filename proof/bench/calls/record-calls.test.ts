import { expect, it } from 'vitest';
import { asTemplate } from '#proof/bench/calls/record-calls.ts';

it('a recorded statement has names in place of what belongs to one shopper', () => {
  const statement = { text: 'UPDATE cart_line SET …', values: ['user-1', 'cart-1', 'MUG', 7, null, 2] };
  const template = asTemplate(statement, [
    ['userId', 'user-1'],
    ['cartId', 'cart-1'],
    ['sku', 'MUG'],
    ['quantity', 7],
  ]);
  expect(template).toEqual({
    text: 'UPDATE cart_line SET …',
    values: [
      { of: 'userId' },
      { of: 'cartId' },
      { of: 'sku' },
      { of: 'quantity' },
      { literal: null },
      { literal: 2 },
    ],
  });
});
