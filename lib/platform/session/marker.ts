/**
 * A cookie that scripts can read, set together with the session cookie. It tells them that the shopper may
 * have a cart to load. It proves nothing and identifies no shopper.
 */
export const cartMarkerCookie = 'once_cart';
