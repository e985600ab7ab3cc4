import { readdirSync } from 'node:fs';
import type { NextConfig } from 'next';

/** Every page: no guessing of types, no framing, no referrer's path to other sites, no devices. */
const securityHeaders = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' },
  { key: 'Permissions-Policy', value: 'camera=(), geolocation=(), microphone=(), payment=(), usb=()' },
  { key: 'Content-Security-Policy', value: "frame-ancestors 'none'; base-uri 'self'; object-src 'none'" },
];

/** A day fresh, a week usable while a new one is fetched: a redrawn picture shows by tomorrow. */
const pictureCache = 'public, max-age=86400, stale-while-revalidate=604800';

/**
 * The pictures that there are, by name: what is set here wins over what a route says, and the stand-in
 * for a picture that is missing must not be kept for a day.
 */
const pictures = readdirSync(`${import.meta.dirname}/public/products`)
  .flatMap((file) => file.match(/^([\w-]+)\.svg$/)?.[1] ?? [])
  .join('|');

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  // A redirect of a post loses its body, and a payment provider follows none: proxy.ts redirects pages only.
  skipTrailingSlashRedirect: true,
  // Types are checked by `npm run verify` and `npm test`, tests and scripts included; checking a
  // part of them again at every start would only keep the shopkeeper waiting.
  typescript: { ignoreBuildErrors: true },
  agentRules: false,
  // Next keeps the body of every request in memory until proxy.ts has answered, 10 MB of each by itself.
  // This is twice the largest that a route takes, so that one which is too large is still seen to be.
  experimental: { proxyClientMaxBodySize: 512 * 1024 },
  // Seconds that a cache in front may go on showing a page it cannot renew: an hour-old price, not a year-old one.
  expireTime: 3_600,
  // Loaded by Node itself: they read files beside them or keep native state.
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
    { source: '/:path*', headers: securityHeaders },
    {
      source: `/products/:picture(${pictures}).svg`,
      headers: [{ key: 'Cache-Control', value: pictureCache }],
    },
  ],
};

export default config;
