import { readdirSync } from 'node:fs';
import type { NextConfig } from 'next';
import { securityHeaders } from './lib/platform/http/security-headers.ts';

/**
 * Fresh for a day, usable for a week while a new one is fetched: a changed picture appears by the next day.
 */
const pictureCache = 'public, max-age=86400, stale-while-revalidate=604800';

/**
 * The existing pictures, by name. These headers override those of a route, and the placeholder for a
 * missing picture must not be cached for a day.
 */
const pictures = readdirSync(`${import.meta.dirname}/public/products`)
  .flatMap((file) => file.match(/^[\w-]+\.(?:svg|png)$/)?.[0] ?? [])
  .map((file) => file.replace('.', '\\.'))
  .join('|');

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  // A redirect would lose the body of a POST, and payment providers follow no redirects. So proxy.ts
  // redirects pages only.
  skipTrailingSlashRedirect: true,
  // `npm run verify` and `npm test` check all types, including tests and scripts. Checking some of them
  // again at every start would only delay it.
  typescript: { ignoreBuildErrors: true },
  agentRules: false,
  experimental: {
    // Few large files instead of many small ones: every page is a document of its own, and its scripts are
    // requested before anything else. Sizes are bytes of source.
    turbopackChunking: { maxChunkCountPerGroup: 2, requestCost: 2_000_000, maxMergeChunkSize: 2_000_000 },
    // Next keeps the body of every request in memory until proxy.ts has answered, by default up to 10 MB
    // each. This limit is twice the largest body that a route accepts, so that routes can still detect one
    // that is too large.
    proxyClientMaxBodySize: 512 * 1024,
    // Keeps revalidated pages in memory, up to 50 MB. Next would write each to disk and delete none,
    // including the answers to made-up addresses.
    isrFlushToDisk: false,
    // app/global-not-found.tsx: with two root layouts, no layout is the one of an address without a page.
    globalNotFound: true,
  },
  // Seconds for which a cache may serve a page that it cannot renew: a price may be an hour old, not a
  // year.
  expireTime: 3_600,
  // Node loads these itself: they read files beside them or keep native state.
  serverExternalPackages: [
    'pino',
    'pg',
    '@prisma/client',
    '@prisma/adapter-pg',
    'ioredis',
    'ioredis-mock',
    'graphile-worker',
    'nodemailer',
  ],
  // /api/ready compares the migrations in the folder with those in the database.
  outputFileTracingIncludes: { '/api/ready': ['./prisma/migrations/**'] },
  headers: async () => [
    {
      source: '/:path*',
      headers: Object.entries(securityHeaders).map(([key, value]) => ({ key, value })),
    },
    {
      source: `/products/:picture(${pictures})`,
      headers: [{ key: 'Cache-Control', value: pictureCache }],
    },
    {
      source: '/:picture(home\\.svg|share\\.png)',
      headers: [{ key: 'Cache-Control', value: pictureCache }],
    },
  ],
};

export default config;
