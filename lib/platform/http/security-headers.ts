/** For every response: no MIME sniffing, no framing, no path in referrers to other sites, no device access. */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'content-security-policy': "frame-ancestors 'none'; base-uri 'self'; object-src 'none'",
};
