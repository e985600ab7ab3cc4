import { describe, expect, it } from 'vitest';
import { type Options, readOptions } from '#proof/bench/options.ts';

const read = (...args: string[]) => readOptions(args, ['unique', 'hot']) as Options;

describe('the flags of the bench', () => {
  it('measure everything unless told otherwise', () => {
    expect(read()).toMatchObject({
      only: [],
      quick: false,
      oldOrders: 0,
      orders: 20_000,
      overloadSeconds: 20,
    });
  });

  it('set counts, even those of a quick run', () => {
    expect(read('--orders', '5000', '--overload-seconds', '60')).toMatchObject({
      orders: 5_000,
      overloadSeconds: 60,
    });
    expect(read('--quick').orders).toBeLessThan(1_000);
    expect(read('--quick', '--orders', '1200')).toMatchObject({ quick: true, orders: 1_200 });
  });

  it('fill the tables first when asked to', () => {
    expect(read('--million').oldOrders).toBe(1_000_000);
    expect(read().reconciledOrders).toBe(1_000_000);
    expect(read('--reconciled-orders', '50000').reconciledOrders).toBe(50_000);
  });

  it('choose scenarios by name and refuse an unknown name', () => {
    expect(read('--only', 'unique,hot').only).toEqual(['unique', 'hot']);
    expect(() => read('--only', 'unqiue')).toThrow('--only knows unique, hot; not unqiue');
  });

  it.each([
    ['--orders', 'many'],
    ['--orders', '5'],
    ['--overload-seconds', '0'],
    ['--processes', '1.5'],
  ])('refuse %s %s', (flag, value) => {
    expect(() => read(flag, value)).toThrow(`${flag} takes a whole number`);
  });

  it('leave traces off, or trace a part of the requests', () => {
    expect(read().traces).toBeUndefined();
    expect(read('--traces', '0.01').traces).toBe(0.01);
    expect(() => read('--traces', '1%')).toThrow('--traces takes a number from 0 to 1');
    expect(() => read('--traces', '2')).toThrow('--traces takes a number from 0 to 1');
  });

  it('print their usage with --help', () => {
    expect(readOptions(['--help'], [])).toBe('help');
  });
});
