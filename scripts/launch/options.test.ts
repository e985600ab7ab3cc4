import { expect, test } from 'vitest';
import { checkVariables, readOptions } from './options.ts';

test('a flag wins over its variable', () => {
  const { variables } = readOptions(['--port', '4000', '--data-dir=/tmp/shop'], {
    PORT: '5000',
    HOST: '::1',
  });
  expect(variables).toEqual({ PORT: '4000', DATA_DIR: '/tmp/shop', HOST: '::1' });
});

test('an unknown flag is refused with the list of those there are', () => {
  expect(() => readOptions(['--prot', '4000'], {})).toThrow(/'--prot'[\s\S]*--port 4000/);
});

test('a value that makes no sense is refused with the name of its variable', () => {
  expect(() => checkVariables({ PORT: 'eighty' })).toThrow('PORT');
  expect(() => checkVariables({ REDIS_URL: 'localhost:6379' })).toThrow('REDIS_URL must start with redis://');
});

test('without flags and variables the shop has a place and an address', () => {
  expect(checkVariables({})).toMatchObject({ port: 3000, host: '127.0.0.1' });
});
