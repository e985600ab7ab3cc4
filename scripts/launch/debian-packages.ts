import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

export const isDebian = (): boolean => existsSync('/etc/debian_version');
export const isRoot = (): boolean => process.getuid?.() === 0;

/** What Debian starts with these packages, now and at each boot, on every address. We need only the programs. */
const serviceOf: Record<string, string> = {
  prometheus: 'prometheus',
  'redis-server': 'redis-server',
  'nginx-light': 'nginx',
};
const unitFolders = ['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];

/** The services that the packages would bring. Those that are there already belong to the administrator. */
const broughtBy = (packages: readonly string[]): string[] =>
  packages
    .flatMap((name) => serviceOf[name] ?? [])
    .filter((name) => !unitFolders.some((folder) => existsSync(`${folder}/${name}.service`)));

const hasSystemd = (): boolean => existsSync('/run/systemd/system');

/** What a person types to install packages, without services that stay. */
export function installCommand(packages: readonly string[]): string {
  const install = `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const brought = hasSystemd() ? broughtBy(packages) : [];
  return brought.length > 0 ? `${install} && systemctl disable --now ${brought.join(' ')}` : install;
}

/** Installs them as root, and starts nothing. Throws with the command to type when that fails. */
export function installOnDebian(packages: readonly string[]): void {
  const brought = hasSystemd() ? broughtBy(packages) : [];
  const typed = installCommand(packages);
  run(['apt-get', 'update', '-qq'], typed);
  withoutServices(() => {
    run(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages], typed);
  });
  // They would start at the next boot.
  if (brought.length > 0) run(['systemctl', 'disable', '--quiet', ...brought], typed);
}

const usualPolicy = '/usr/sbin/policy-rc.d';
const ownMark = '# Written by scripts/launch/debian-packages.ts';

/**
 * While `work` runs, installed packages start, stop and restart nothing: Debian asks this file. It forbids it
 * only while this process lives, because a process that is killed leaves it. An administrator's own file stays
 * in force instead.
 */
export function withoutServices(work: () => void, policy = usualPolicy): void {
  if (existsSync(policy) && !readFileSync(policy, 'utf8').includes(ownMark)) {
    work();
    return;
  }
  const script = `#!/bin/sh\n${ownMark}\nkill -0 ${process.pid} 2>/dev/null && exit 101\nexit 0\n`;
  writeFileSync(policy, script, { mode: 0o755 });
  try {
    work();
  } finally {
    rmSync(policy, { force: true });
  }
}

function run([command = '', ...args]: string[], typed: string): void {
  const { status } = spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status !== 0)
    throw new Error(`That did not work. Please type it yourself and try again:\n\n  ${typed}`);
}
