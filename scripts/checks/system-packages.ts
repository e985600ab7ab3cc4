import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { installCommand, installOnDebian, isDebian, isRoot } from '../launch/debian-packages.ts';
import { say } from '../launch/progress.ts';

/**
 * Programs that the tests run and that npm doesn't install, with their packages. On Debian they are installed
 * if we have the permission. Elsewhere we print the command to type.
 */
const programs = [
  { program: 'redis-server', debian: 'redis-server', brew: 'redis' },
  { program: 'nginx', debian: 'nginx-light', brew: 'nginx' },
  // Checks the alert rules; 20 MB to download.
  { program: 'promtool', debian: 'prometheus', brew: 'prometheus' },
  { program: 'chromium-headless-shell', debian: 'chromium-headless-shell', brew: undefined },
  // One test needs a browser with blocked cookies, which only the full Chromium supports.
  { program: 'chromium', debian: 'chromium', brew: undefined },
];

/** Where services are installed. Not every user's PATH contains these folders. */
const folders = [
  ...(process.env.PATH ?? '').split(path.delimiter),
  '/usr/sbin',
  '/usr/local/sbin',
  '/opt/homebrew/bin',
];

function has(program: string): boolean {
  return folders.some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Ensures that all programs are installed. Throws with the exact command to type when it may not install
 * them.
 */
export function ensureSystemPackages(): void {
  const missing = programs.filter(({ program }) => !has(program));
  if (missing.length === 0) return;
  if (isDebian()) {
    installAsRoot(missing.map(({ debian }) => debian));
    return;
  }
  const brew = missing.flatMap((entry) => entry.brew ?? []);
  // Debian's Chromium is only one option: on other systems, Playwright installs its own.
  if (missing.some(({ brew }) => brew === undefined)) {
    say('    installing the browser that Playwright brings');
    run('playwright', ['install', 'chromium'], 'npx playwright install chromium');
  }
  if (brew.length > 0)
    throw new Error(`The tests need ${brew.join(' and ')}. Type:\n\n  brew install ${brew.join(' ')}`);
}

function installAsRoot(packages: string[]): void {
  if (!isRoot()) {
    const typed = installCommand(packages);
    throw new Error(`The tests need ${packages.join(', ')}. Type:\n\n  sudo sh -c '${typed}'`);
  }
  say(`    installing Debian's ${packages.join(', ')} (we are root here)`);
  installOnDebian(packages);
}

function run(command: string, args: string[], typed: string): void {
  const { status } = spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status !== 0)
    throw new Error(`That did not work. Please type it yourself and try again:\n\n  ${typed}`);
}
