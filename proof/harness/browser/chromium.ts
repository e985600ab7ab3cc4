import { existsSync } from 'node:fs';
import path from 'node:path';
import type { BrowserType, LaunchOptions } from '@playwright/test';
import { choosePort } from '#scripts/services/ports.ts';
import { type Child, listens, startChild } from '../services/child.ts';

/**
 * Debian's own browser if installed, else Playwright's own. Opening two pages takes the
 * headless shell 0.8 seconds of processor time and the full browser 1.9.
 */
const debianShell = '/usr/bin/chromium-headless-shell';

/** How all tests and measurements start their browser. */
export const chromiumOptions = {
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
} satisfies LaunchOptions;

/** Playwright's Chromium. Loaded when it is needed: that takes seconds, and a command refuses wrong arguments first. */
export const loadChromium = async (): Promise<BrowserType> => (await import('@playwright/test')).chromium;

/**
 * Starts a browser with an empty profile in `folder`, to be controlled through `port`. A browser that Playwright
 * launches reports every page to Playwright, which would be part of what is measured.
 */
export async function startChromium(folder: string): Promise<Child & { port: number }> {
  const port = await choosePort();
  const own = [
    '--headless',
    `--remote-debugging-port=${port}`,
    `--user-data-dir=${path.join(folder, 'profile')}`,
  ];
  const browser = await startChild({
    command: chromiumOptions.executablePath ?? (await loadChromium()).executablePath(),
    args: [...chromiumOptions.args, ...own, 'about:blank'],
    logFile: path.join(folder, 'chromium.log'),
    ready: () => listens(port),
    // Debian's command is a shell script.
    wholeGroup: true,
  });
  return { ...browser, port };
}
