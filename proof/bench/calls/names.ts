/** The names of the JSON calls that are measured, in the order of a purchase. */
export const jsonCalls = ['cart', 'cart edit', 'quote', 'order status'] as const;

/** The names of the cached pages that are measured. */
export const cachedPages = ['home', 'product'] as const;
