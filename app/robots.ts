import type { MetadataRoute } from 'next';
import { siteUrl } from '#lib/platform/env.ts';

// The shop's address is known when it runs, not when it is built.
export const dynamic = 'force-dynamic';

/** Search engines read the catalogue; carts, orders and searches are nobody's landing page. */
export default function robots(): MetadataRoute.Robots {
  return {
    rules: { userAgent: '*', allow: '/', disallow: ['/api/', '/cart', '/checkout', '/orders', '/search'] },
    sitemap: new URL('/sitemap.xml', siteUrl()).href,
  };
}
