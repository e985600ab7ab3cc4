const { stdout } = process;
/** In a terminal, the line of a running step counts its seconds. A log gets a line less often. */
const tickEveryMs = stdout.isTTY ? 1_000 : 15_000;

// A closed terminal must not end this process, which would leave the services running.
stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

const colour = (code: number) => (text: string) => (stdout.isTTY ? `\u001b[${code}m${text}\u001b[0m` : text);
export const green = colour(32);
export const red = colour(31);
export const yellow = colour(33);
export const dim = colour(2);
export const bold = colour(1);

/** The duration of a long wait: `0.4 s`, `12 s`, `2 min 05 s`. */
export function duration(ms: number): string {
  const seconds = ms / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${String(Math.round(seconds % 60)).padStart(2, '0')} s`;
}

export function say(line = ''): void {
  stdout.write(`${line}\n`);
}

/**
 * Shows one step of a start: its name immediately, and its result and duration at its end. `work` may show
 * notes meanwhile. `describe` gives the result in a few words.
 */
export async function step<Result>(
  name: string,
  work: (note: (line: string) => void) => Promise<Result>,
  describe: (result: Result) => string,
): Promise<Result> {
  const started = performance.now();
  const label = name.padEnd(12);
  const elapsed = () => duration(performance.now() - started);
  // In a terminal the result replaces the line of the running step. A log gets only the result.
  const clear = stdout.isTTY ? '\r\u001b[K' : '';
  const running = () => stdout.write(`${clear}  ${dim('·')} ${label} ${dim(elapsed())}`);
  const note = (line: string) => {
    say(`${clear}    ${dim(line)}`);
    if (stdout.isTTY) running();
  };
  if (stdout.isTTY) running();
  const tick = () => (stdout.isTTY ? running() : say(`    ${name}: still working, ${elapsed()}`));
  const ticker = setInterval(tick, tickEveryMs);
  try {
    const result = await work(note);
    say(`${clear}  ${green('✓')} ${label} ${describe(result)}  ${dim(elapsed())}`);
    return result;
  } catch (error) {
    say(`${clear}  ${red('✗')} ${label} ${dim(elapsed())}`);
    throw error;
  } finally {
    clearInterval(ticker);
  }
}
