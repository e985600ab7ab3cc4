import { describe, expect, it } from 'vitest';
import { slugOf } from '#proof/bench/machine/machine.ts';
import { type Results, sourceOf, withResults } from '#proof/bench/report/results.ts';

const results: Results = {
  date: '2030-01-02T03:04:05.000Z',
  command: 'npm run bench',
  machine: {
    cpu: 'AMD EPYC 7763 64-Core Processor',
    cores: 2,
    memoryGb: 8,
    system: 'Linux 6.1 x64',
    loadBefore: 0.1,
    node: '24.1.0',
    postgres: '18.4',
    redis: '7.0.15',
    nginx: null,
  },
  goals: [],
  measurements: [],
};

const page = (inside: string) =>
  `# Benchmarks\n\n<!-- results: written by npm run bench -->${inside}<!-- end of results -->\n\nThe end.\n`;

describe('the page of results', () => {
  it('gets the new results in place of the old ones and keeps the text around them', () => {
    const text = withResults(page('\n\nold figures\n\n'), results);
    expect(text).toMatch(/^# Benchmarks\n/);
    expect(text).toMatch(/\nThe end\.\n$/);
    expect(text).toContain('2 cores shared with the load, AMD EPYC 7763');
    expect(text).not.toContain('old figures');
    expect(withResults(text, results)).toBe(text);
  });

  it('is refused when it has no marks for them', () => {
    expect(() => withResults('# Benchmarks\n', results)).toThrow('no place for results');
  });
});

describe('the source of the results', () => {
  it('has machine, servers, date and command, and whether other work was running', () => {
    expect(sourceOf(results)).toEqual([
      '2 cores shared with the load, AMD EPYC 7763 64-Core Processor, 8 GB',
      'Node 24.1.0, PostgreSQL 18.4, Redis 7.0.15',
      '2030-01-02, npm run bench',
    ]);
    const busy = { ...results, machine: { ...results.machine, loadBefore: 3 } };
    expect(sourceOf(busy)[0]).toContain('other programs were running (load 3)');
  });

  it('names a file by the machine, without details that may differ between two runs', () => {
    expect(slugOf({ cores: 4, cpu: 'Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz' })).toBe(
      '4-cores-intel-xeon-e5-2680-v4',
    );
  });
});
