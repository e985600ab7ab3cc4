/** The configured services whose scripts a page loads. */
interface Services {
  STRIPE_PUBLISHABLE_KEY?: string | undefined;
  CHALLENGE_KIND?: string | undefined;
}

/**
 * The content policy of pages. `scripts` allows the page's own inline scripts: a nonce with
 * `'strict-dynamic'`, or their hashes.
 */
export function contentPolicy(scripts: string, environment: Services): string {
  const stripe = stripeSources(environment);
  const challenge = challengeSources(environment);
  return [
    "default-src 'self'",
    `script-src 'self' ${scripts}${stripe.script}${challenge}`,
    `style-src 'self' 'unsafe-inline'${challenge}`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${stripe.connect}${challenge}`,
    `frame-src 'self'${stripe.frame}${challenge}`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
  ].join('; ');
}

/**
 * What Stripe's Payment Element loads (docs.stripe.com/security/guide#content-security-policy), if the shop
 * uses it.
 */
function stripeSources({ STRIPE_PUBLISHABLE_KEY }: Services) {
  if (!STRIPE_PUBLISHABLE_KEY) return { script: '', connect: '', frame: '' };
  return {
    script: ' https://js.stripe.com https://*.js.stripe.com',
    connect: ' https://api.stripe.com',
    frame: ' https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com',
  };
}

/** What the widget of the configured challenge service loads, if any. The same for every directive. */
function challengeSources({ CHALLENGE_KIND }: Services): string {
  switch (CHALLENGE_KIND) {
    case 'turnstile':
      return ' https://challenges.cloudflare.com';
    case 'hcaptcha':
      return ' https://hcaptcha.com https://*.hcaptcha.com';
    default:
      return '';
  }
}
