import { expect, test } from 'vitest';
import { type Addition, additionNews } from '#components/cart/notices/addition-news.ts';

// What broke: a page that was a minute old put 99 of 19 units into the cart with a green tick. It said
// "In your cart: 1" beside "Sold out".

const news = (addition: Partial<Addition>) =>
  additionNews({ title: 'Mug', asked: 1, added: 1, quantity: 1, available: 19, ...addition });

test('an addition in full is good news', () => {
  expect(news({ quantity: 3 })).toEqual({ tone: 'good', title: 'In your cart: 3 of Mug' });
  expect(news({ asked: 19, added: 19, quantity: 19 }).tone).toBe('good');
});

test('when stock is short, the page says how many are left and how many are in the cart', () => {
  expect(news({ asked: 99, added: 19, quantity: 19 })).toMatchObject({
    tone: 'caution',
    title: 'Only 19 left; 19 are in your cart',
  });
  expect(news({ added: 0, available: 1 }).title).toBe('Only 1 left; 1 is in your cart');
  expect(news({ added: 0, quantity: 20 }).title).toBe('Only 19 left; 20 are in your cart');
});

test('a sold-out item is never good news, whether it was added or not', () => {
  expect(news({ added: 0, quantity: 0, available: 0 })).toMatchObject({
    tone: 'caution',
    title: 'Sold out: Mug',
    text: 'Nothing was added to your cart.',
  });
  expect(news({ available: 0 })).toMatchObject({ tone: 'caution', title: 'Sold out: Mug' });
});

test('beyond the maximum of a line, the page names the maximum', () => {
  expect(news({ asked: 50, added: 9, quantity: 99, available: 500 }).title).toBe(
    'You can order up to 99 of one item; 99 are in your cart',
  );
});
