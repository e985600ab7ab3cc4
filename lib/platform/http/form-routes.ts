/** Route handlers outside /api that take a form. They check origins and methods themselves. */
export const formRoutes = [
  '/cart/add',
  '/cart/again',
  '/cart/lines',
  '/checkout/put-back',
  '/checkout/totals',
];
