/**
 * A cookie that scripts can read, set together with the session: it says that there may be a
 * cart worth asking for. It proves nothing and names nobody.
 */
export const cartMarkerCookie = 'once_cart';
