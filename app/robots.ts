import type { MetadataRoute } from 'next';
import { siteUrl } from '#lib/platform/env.ts';

// The site URL is known at run time, not at build time.
export const dynamic = 'force-dynamic';

/** Search engines may index the catalogue. Carts, orders and searches are not useful as landing pages. */
export default function robots(): MetadataRoute.Robots {
  return {
    rules: { userAgent: '*', allow: '/', disallow: ['/api/', '/cart', '/checkout', '/orders', '/search'] },
    sitemap: new URL('/sitemap.xml', siteUrl()).href,
  };
}
