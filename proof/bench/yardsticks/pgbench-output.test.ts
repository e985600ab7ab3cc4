import { describe, expect, it } from 'vitest';
import { readPgbench } from '#proof/bench/yardsticks/pgbench-output.ts';

const output = `pgbench (15.14 (Debian 15.14-0+deb12u1), server 18.1)
transaction type: order.sql
scaling factor: 1
query mode: prepared
number of clients: 16
number of threads: 2
maximum number of tries: 1
duration: 10 s
number of transactions actually processed: 24650
number of failed transactions: 0 (0.000%)
latency average = 6.489 ms
initial connection time = 41.113 ms
tps = 2465.615422 (without initial connection time)
`;

describe('the output of pgbench', () => {
  it('is parsed: transactions, transactions per second, average latency', () => {
    expect(readPgbench(output)).toEqual({ transactions: 24_650, perSecond: 2465.615422, averageMs: 6.489 });
  });

  it('is refused when transactions failed or the figures are missing', () => {
    expect(() => readPgbench(output.replace('failed transactions: 0', 'failed transactions: 3'))).toThrow();
    expect(() => readPgbench('tps = 12')).toThrow('did not count what was expected');
  });
});
