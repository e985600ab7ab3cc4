import type { Goal } from './goal.ts';
import { figure } from './table.ts';
import { goalText } from './text.ts';

/** The text below the picture. */
export interface Caption {
  /** Lines with further figures. */
  notes: string[];
  /** Lines that say where, when and how it was measured. */
  source: string[];
}

const size = { width: 860, left: 290, right: 170, top: 74, row: 46, bar: 18 };
const chartWidth = size.width - size.left - size.right;

/** Readable on light and dark pages: it follows the reader's system preference. */
const style = `
  text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1c1b19; }
  .title { font-size: 17px; font-weight: 600; } .name { font-weight: 500; }
  .small { font-size: 11.5px; fill: #6a655e; } .value { font-weight: 600; font-variant-numeric: tabular-nums; }
  .page { fill: #fffdf9; stroke: #e3ddd3; } .grid { stroke: #e3ddd3; } .one { stroke: #6a655e; stroke-width: 1.5; }
  .met { fill: #23735a; } .missed { fill: #b0682f; } .open { fill: #8a8378; } .goal { fill: none; stroke: #1c1b19; stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0ece4; } .small { fill: #a8a196; } .page { fill: #191817; stroke: #3a3733; }
    .grid { stroke: #3a3733; } .one { stroke: #a8a196; } .met { fill: #4fae8c; } .missed { fill: #d48a4e; }
    .goal { stroke: #f0ece4; }
  }`;

/**
 * Draws the ratios as bars that start at the yardstick's line at 1, on a logarithmic scale with base 2.
 * Bars to the right are more than the yardstick, to the left less. A stroke marks the goal. Undefined
 * without ratios.
 */
export function drawPicture(goals: Goal[], { notes, source }: Caption): string | undefined {
  const ratios = goals.filter(
    (goal) => goal.yardstick !== undefined && goal.value !== null && goal.value > 0,
  );
  if (ratios.length === 0) return undefined;
  const scale = scaleFor(ratios.flatMap(({ value, goal }) => [value ?? 1, aimOf(goal) ?? 1]));
  const bottom = size.top + ratios.length * size.row;
  const lines = [...notes, '', ...source];
  const height = bottom + 48 + lines.length * 19;
  const said = ratios.map((goal) => `${goal.name}: ${figure(goal.value)} times ${goal.yardstick}.`).join(' ');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${height}" width="${size.width}" height="${height}" role="img" aria-labelledby="title said">
<title id="title">Once, measured against its yardsticks in one run</title>
<desc id="said">${escapeXml(said)}</desc>
<style>${style}
</style>
<rect class="page" x="0.5" y="0.5" width="${size.width - 1}" height="${height - 1}" rx="10"/>
<text class="title" x="24" y="36">Once, measured against its yardsticks in one run</text>
${scale.ticks.map((tick) => drawTick(tick, scale.xOf(tick), bottom)).join('\n')}
${ratios.map((goal, index) => drawRow(goal, size.top + index * size.row, scale.xOf)).join('\n')}
${lines.map((line, index) => `<text class="small" x="24" y="${bottom + 46 + index * 19}">${escapeXml(line)}</text>`).join('\n')}
</svg>
`;
}

/** Powers of two around the values, with enough room to tell the bars apart. */
export function scaleFor(values: number[]): { ticks: number[]; xOf: (value: number) => number } {
  const exponents = values.map(Math.log2);
  const least = Math.min(-2, Math.floor(Math.min(...exponents)));
  const most = Math.max(3, Math.ceil(Math.max(...exponents)));
  const xOf = (value: number) => size.left + (chartWidth * (Math.log2(value) - least)) / (most - least);
  return { ticks: Array.from({ length: most - least + 1 }, (_, index) => 2 ** (least + index)), xOf };
}

function drawTick(tick: number, x: number, bottom: number): string {
  const label = tick >= 1 ? `${tick}×` : `1/${1 / tick}`;
  return `<line class="${tick === 1 ? 'one' : 'grid'}" x1="${at(x)}" x2="${at(x)}" y1="${size.top - 10}" y2="${bottom}"/>
<text class="small" x="${at(x)}" y="${bottom + 16}" text-anchor="middle">${label}</text>`;
}

function drawRow(goal: Goal, top: number, xOf: (value: number) => number): string {
  const value = goal.value ?? 1;
  const aim = aimOf(goal.goal);
  const [from, to] = [xOf(1), xOf(value)].sort((a, b) => a - b) as [number, number];
  const verdict = goal.met === null ? 'open' : goal.met ? 'met' : 'missed';
  const wants = goal.goal ? `${goalText(goal.goal, goal.unit)}: ${verdict}` : '';
  const against = [`against ${goal.yardstick}`, goal.note].filter(Boolean).join('; ');
  return `<text class="name" x="24" y="${top + 12}">${escapeXml(goal.name)}</text>
<text class="small" x="24" y="${top + 28}">${escapeXml(against)}</text>
<rect class="${verdict}" x="${at(from)}" y="${top + 4}" width="${at(Math.max(1, to - from))}" height="${size.bar}" rx="2"/>
${aim === undefined ? '' : `<path class="goal" d="M${at(xOf(aim))} ${top}v${size.bar + 8}"/>\n`}<text class="value" x="${size.width - 24}" y="${top + 12}" text-anchor="end">${figure(value)} ×</text>
<text class="small" x="${size.width - 24}" y="${top + 28}" text-anchor="end">${escapeXml(wants)}</text>`;
}

function aimOf(goal: Goal['goal']): number | undefined {
  if (!goal) return undefined;
  return 'atLeast' in goal ? goal.atLeast : goal.atMost;
}

const at = (value: number) => Number(value.toFixed(1));

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
