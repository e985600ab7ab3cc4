import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

/**
 * The shop as a person meets it, in a real browser against a built shop that e2e/serve.ts opens.
 * With `E2E_BASE_URL` the suite runs against one that is open already.
 */

/**
 * Debian's own browser where it is installed; elsewhere the one that Playwright brings. The shell without
 * windows opens two pages for 0.8 seconds of processor time, the whole browser for 1.9.
 */
const debianShell = '/usr/bin/chromium-headless-shell';

// The ports are found by e2e/serve.ts, which says them below; the workers read them from the environment.
const { E2E_BASE_URL, E2E_PORT } = process.env;

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results/e2e',
  fullyParallel: true,
  // Two browsers and the shop fill two cores; more would only make everything slow at once.
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    baseURL: E2E_BASE_URL ?? `http://127.0.0.1:${E2E_PORT}`,
    viewport: { width: 1280, height: 900 },
    // A trace of every test costs more than the tests; `--trace on` brings one when it is wanted.
    screenshot: 'only-on-failure',
    actionTimeout: 15_000,
    navigationTimeout: 30_000,
    launchOptions: {
      executablePath: existsSync(debianShell) ? debianShell : undefined,
      args: [
        // Debian's CI containers run as root, where Chromium's sandbox refuses to start.
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
  webServer: E2E_BASE_URL
    ? undefined
    : {
        command: 'node e2e/serve.ts',
        wait: {
          stdout:
            /the shop is open on port (?<E2E_PORT>\d+), its simulator on port (?<E2E_TILL_PORT>\d+), with a card form on port (?<E2E_ELEMENT_PORT>\d+)/,
        },
        // The launcher builds what has changed, which takes minutes on a busy machine.
        timeout: 600_000,
        stderr: 'pipe',
        gracefulShutdown: { signal: 'SIGTERM', timeout: 30_000 },
      },
});
