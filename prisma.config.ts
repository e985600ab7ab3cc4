import { defineConfig } from 'prisma/config';

// Generating the client needs no database, so a missing DATABASE_URL is not an error here;
// whatever does connect reads it through lib/platform/env.ts and says what is missing.
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations', seed: 'node prisma/seed.ts' },
  datasource: { url: process.env.DATABASE_URL ?? '' },
});
