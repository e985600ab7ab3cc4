// Every npm script starts here. It prepares a fresh clone, then runs the given script on Node 26. Plain
// JavaScript without dependencies, because it runs before anything is installed, on any version of Node.
//
//   node scripts/bootstrap.mjs scripts/start.ts --port 4000

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const inRoot = (...parts) => path.join(root, ...parts);
const oldestNode = 20;
const neededNode = 26;

/** Progress goes to stderr, so that stdout has only the script's own output. */
const say = (line) => process.stderr.write(`${line}\n`);

class SetupError extends Error {
  exitCode = 1;
}

/** The person, or what started this, ended the setup. */
class Interrupted extends SetupError {
  constructor(signal) {
    super('Interrupted while preparing. Nothing was started; run the command again.');
    this.exitCode = codeOf(null, signal);
  }
}

/**
 * Forwards signals to the child, and this process ends with it. Ctrl-C reaches every process of the terminal,
 * and npm forwards it too, so one press arrives several times. Repeats within a second count as one.
 */
function passSignals(child) {
  const lastSent = new Map();
  const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
    const handler = () => {
      const now = Date.now();
      if (now - (lastSent.get(signal) ?? 0) < 1_000) return;
      lastSent.set(signal, now);
      child.kill(signal);
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  child.once('exit', () => {
    for (const remove of handlers) remove();
  });
}

const codeOf = (code, signal) => code ?? 128 + (os.constants.signals[signal] ?? 0);

/** Runs a command to its end. With `quiet`, shows its output only if it fails. */
function run(command, args, { env = process.env, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    let interruption;
    const interrupt = (signal) => {
      interruption ??= signal;
      // An interrupted npm cleans up for minutes, although the next install starts from the beginning anyway.
      setTimeout(() => child.kill('SIGKILL'), 2_000).unref();
    };
    // Before the child starts: a signal must not end this process and leave the child running.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, interrupt);
    // The output of a setup step is progress, so its stdout goes to our stderr.
    const child = spawn(command, args, { cwd: root, env, stdio: quiet ? 'pipe' : ['ignore', 2, 2] });
    passSignals(child);
    let words = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (words += chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) return resolve();
      if (interruption) return reject(new Interrupted(interruption));
      reject(new SetupError(`${words}${args.join(' ')} ended with ${signal ?? `exit code ${code}`}`));
    });
  });
}

function hashOf(files, ...more) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(inRoot(file)));
  return hash.update(more.join('\n')).digest('hex');
}

const readMarker = (file) => (existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined);

/** Whether npm's record of node_modules matches package-lock.json. Also true after a manual `npm install`. */
function installedMatches() {
  const noted = inRoot('node_modules', '.package-lock.json');
  if (!existsSync(noted)) return false;
  const { packages: wanted } = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8'));
  const { packages: had } = JSON.parse(readFileSync(noted, 'utf8'));
  return Object.entries(wanted).every(([name, { version, optional }]) => {
    // npm leaves out optional packages for other machines.
    const installed = had[name]?.version;
    return name === '' || installed === version || (optional && installed === undefined);
  });
}

/** Runs one install at a time: two starts of a fresh clone would delete each other's files. */
async function inTurn(work) {
  const file = inRoot('.data', 'installing');
  mkdirSync(path.dirname(file), { recursive: true });
  for (let looks = 1; ; looks++) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const pid = Number(readMarker(file));
    if (looks === 2) say(`Waiting for the packages that process ${pid} installs`);
    // A file without a process id is still being written. If it stays empty, its writer has died.
    if (pid ? !isAlive(pid) : looks > 4) rmSync(file, { force: true });
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function isAlive(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** The npm that started this script, or else the one on PATH. */
function npmCommand() {
  const { npm_execpath: cli = '', npm_node_execpath: node } = process.env;
  // Not the Node that runs this script: npm may be about to replace its folder.
  return cli.endsWith('npm-cli.js') && node ? [node, cli] : ['npm'];
}

async function installPackages() {
  const marker = inRoot('node_modules', '.once-installed');
  const hash = hashOf(['package-lock.json'], process.platform, process.arch);
  if (readMarker(marker) === hash) return;
  if (!installedMatches()) {
    const installedMeanwhile = () => readMarker(marker) === hash;
    await inTurn(async () => installedMeanwhile() || runNpmCi());
  }
  writeFileSync(marker, hash);
}

async function runNpmCi() {
  say('Installing packages (once; half a minute to two)');
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const ticker = setInterval(() => say(`  still installing, ${seconds()} s`), 10_000);
  const [command, ...args] = npmCommand();
  // Show errors, but no notices about funding or about other packages.
  const quietly = ['--loglevel=error', '--no-audit', '--no-fund', '--no-update-notifier'];
  const everything = ['--include=dev', '--include=optional'];
  await run(command, [...args, 'ci', ...quietly, ...everything]).finally(() => clearInterval(ticker));
  say(`  packages installed in ${seconds()} s`);
}

const majorOf = (version) => Number(version.replace(/^v/, '').split('.')[0]);

/** Finds a recent enough Node: the current one, or else the one from the packages. */
function findNode() {
  if (majorOf(process.versions.node) >= neededNode && existsSync(process.execPath)) return process.execPath;
  const installed = inRoot('node_modules', '.bin', 'node');
  const answer = existsSync(installed)
    ? spawnSync(installed, ['--version'], { encoding: 'utf8' })
    : undefined;
  if (answer?.status === 0 && majorOf(answer.stdout) >= neededNode) return installed;
  throw new SetupError(
    `Node ${neededNode} or later is needed. This is ${process.version}, and none came with the packages for ` +
      `${process.platform}-${process.arch}. Install one from https://nodejs.org and try again.`,
  );
}

async function generateClient(node, env) {
  const sources = [
    'prisma/schema.prisma',
    'prisma/datamodel-generator.mjs',
    'prisma.config.ts',
    'package-lock.json',
  ];
  const marker = inRoot('lib', 'generated', '.once-generated');
  const hash = hashOf(sources);
  const made = ['prisma/client.ts', 'datamodel.json'].every((file) =>
    existsSync(inRoot('lib', 'generated', file)),
  );
  if (made && readMarker(marker) === hash) return;
  say('Generating the database client');
  // Generating needs no engine, but Prisma looks for one and would download it. So give it a program that
  // does nothing.
  const engine = ['/bin/true', '/usr/bin/true'].find((file) => existsSync(file));
  const offline = {
    PRISMA_SCHEMA_ENGINE_BINARY: engine,
    CHECKPOINT_DISABLE: '1',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
  };
  mkdirSync(inRoot('lib', 'generated'), { recursive: true });
  const cli = inRoot('node_modules', 'prisma', 'build', 'index.js');
  await run(node, [cli, 'generate'], { env: { ...env, ...offline }, quiet: true });
  writeFileSync(marker, hash);
}

/** Runs the script to its end. Signals are left to the script, which knows how to stop. */
function runScript(node, args, env) {
  const child = spawn(node, args, { stdio: 'inherit', env });
  passSignals(child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(codeOf(code, signal)));
  });
}

/** The usage text beside a script. It can be read with nothing installed. */
function usageFor(args) {
  const own = args.findIndex((arg) => !arg.endsWith('.ts') && !arg.startsWith('--fails-with='));
  if (own < 0 || !args.slice(own).some((arg) => arg === '--help' || arg === '-h')) return undefined;
  // The last one, because with-database.ts runs another script.
  const script = args.slice(0, own).findLast((arg) => arg.endsWith('.ts')) ?? '';
  const file = inRoot(script.replace(/\.ts$/, '.usage.txt'));
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

async function main(commandLine) {
  const usage = usageFor(commandLine);
  if (usage !== undefined) {
    process.stdout.write(usage);
    return 0;
  }
  const [script, ...args] = commandLine;
  if (process.platform === 'win32') {
    throw new SetupError('Windows is not supported directly. Run the shop inside WSL.');
  }
  if (majorOf(process.versions.node) < oldestNode) {
    throw new SetupError(`Node ${oldestNode} or later is needed to start, and this is ${process.version}.`);
  }
  await installPackages();
  const node = findNode();
  const env = {
    ...process.env,
    PATH: `${inRoot('node_modules', '.bin')}${path.delimiter}${process.env.PATH ?? ''}`,
  };
  await generateClient(node, env);
  return runScript(node, [inRoot(script), ...args], env);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  say(error instanceof SetupError ? error.message : error.stack);
  process.exitCode = error.exitCode ?? 1;
}
