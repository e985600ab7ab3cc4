import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { say } from '../launch/progress.ts';

/**
 * Programs that the tests run for real and that npm does not bring, with the package of each.
 * On Debian they are installed when we may; elsewhere we say what to type.
 */
const programs = [
  { program: 'redis-server', debian: 'redis-server', brew: 'redis' },
  { program: 'nginx', debian: 'nginx-light', brew: 'nginx' },
  { program: 'chromium-headless-shell', debian: 'chromium-headless-shell', brew: undefined },
  // One test needs a browser whose owner has blocked cookies, which only the whole one can.
  { program: 'chromium', debian: 'chromium', brew: undefined },
];

/** Where services are installed; not every user's PATH says so. */
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

/** Makes sure that everything is there. Throws with the exact command to type when it may not install. */
export function ensureSystemPackages(): void {
  const missing = programs.filter(({ program }) => !has(program));
  if (missing.length === 0) return;
  if (existsSync('/etc/debian_version')) {
    installOnDebian(missing.map(({ debian }) => debian));
    return;
  }
  const brew = missing.flatMap((entry) => entry.brew ?? []);
  // Debian's Chromium is only one way to have one: Playwright brings its own to other systems.
  if (missing.some(({ brew }) => brew === undefined)) {
    say('    installing the browser that Playwright brings');
    run('playwright', ['install', 'chromium'], 'npx playwright install chromium');
  }
  if (brew.length > 0)
    throw new Error(`The tests need ${brew.join(' and ')}. Type:\n\n  brew install ${brew.join(' ')}`);
}

function installOnDebian(packages: string[]): void {
  const typed = `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (process.getuid?.() !== 0)
    throw new Error(`The tests need ${packages.join(', ')}. Type:\n\n  sudo sh -c '${typed}'`);
  say(`    installing Debian's ${packages.join(', ')} (we are root here)`);
  run('apt-get', ['update', '-qq'], typed);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], typed);
}

function run(command: string, args: string[], typed: string): void {
  const { status } = spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status !== 0)
    throw new Error(`That did not work. Please type it yourself and try again:\n\n  ${typed}`);
}
