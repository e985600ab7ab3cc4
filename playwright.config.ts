import { availableParallelism } from 'node:os';
import { defineConfig } from '@playwright/test';
import { chromiumOptions } from '#proof/harness/browser/chromium.ts';

/**
 * Tests the shop in a real browser, against a production build that e2e/serve.ts starts. With
 * `E2E_BASE_URL` the suite uses a shop that is already running.
 */

// e2e/serve.ts chooses the ports and prints them (see below). The workers read them from the environment.
const { E2E_BASE_URL, E2E_PORT } = process.env;

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results/e2e',
  fullyParallel: true,
  // One more than cores, because a browser waits for the shop. More would only slow down all of them.
  workers: availableParallelism() + 1,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    baseURL: E2E_BASE_URL ?? `http://127.0.0.1:${E2E_PORT}`,
    viewport: { width: 1280, height: 900 },
    // Tracing every test costs more than the tests themselves. Use `--trace on` if you need a trace.
    screenshot: 'only-on-failure',
    actionTimeout: 15_000,
    navigationTimeout: 30_000,
    launchOptions: chromiumOptions,
  },
  webServer: E2E_BASE_URL
    ? undefined
    : {
        command: 'node e2e/serve.ts',
        wait: {
          stdout:
            /the shop is open on port (?<E2E_PORT>\d+), its simulator on port (?<E2E_TILL_PORT>\d+), with a card form on port (?<E2E_ELEMENT_PORT>\d+)/,
        },
        // The launcher rebuilds what has changed, which takes minutes on a busy machine.
        timeout: 600_000,
        stderr: 'pipe',
        gracefulShutdown: { signal: 'SIGTERM', timeout: 30_000 },
      },
});
