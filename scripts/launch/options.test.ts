import { expect, test } from 'vitest';
import { checkVariables, readOptions } from './options.ts';

test('a flag takes precedence over its variable', () => {
  const { variables } = readOptions(['--port', '4000', '--data-dir=/tmp/shop'], {
    PORT: '5000',
    HOST: '::1',
  });
  expect(variables).toEqual({ PORT: '4000', DATA_DIR: '/tmp/shop', HOST: '::1' });
});

test('an unknown flag is refused with the list of flags', () => {
  expect(() => readOptions(['--prot', '4000'], {})).toThrow(/'--prot'[\s\S]*--port 4000/);
});

test('Prometheus runs beside the shop only when it is asked for', () => {
  expect(readOptions([], {}).observe).toBe(false);
  expect(readOptions(['--observe', '--dev'], {})).toMatchObject({ observe: true, dev: true });
});

test('the backup folder is a flag and a variable, and backups are kept for a week', () => {
  expect(readOptions(['--backup-dir', '/mnt/backups'], {}).variables).toEqual({ BACKUP_DIR: '/mnt/backups' });
  expect(checkVariables({}).backupKeptDays).toBe(7);
  expect(checkVariables({ BACKUP_KEPT_DAYS: '30' }).backupKeptDays).toBe(30);
});

test('an invalid value is refused with the name of its variable', () => {
  expect(() => checkVariables({ PORT: 'eighty' })).toThrow('PORT');
  expect(() => checkVariables({ REDIS_URL: 'localhost:6379' })).toThrow('REDIS_URL must start with redis://');
});

test('without flags and variables the shop has a data folder and an address', () => {
  expect(checkVariables({})).toMatchObject({ port: 3000, host: '127.0.0.1' });
});

// What broke: behind a proxy that used a name in ALLOWED_HOSTS, a test card could pay real orders.
test('a shop that answers to an external name does not count as local, and has no test simulator', () => {
  expect(checkVariables({}).local).toBe(true);
  expect(checkVariables({ ALLOWED_HOSTS: 'shop.localhost' }).local).toBe(true);
  for (const variables of [
    { ALLOWED_HOSTS: 'shop.example' },
    { TRUSTED_PROXIES: '10.0.0.7' },
    { HOST: '0.0.0.0' },
    { PUBLIC_URL: 'https://shop.example' },
  ]) {
    expect(checkVariables(variables).local, JSON.stringify(variables)).toBe(false);
    expect(checkVariables({ ...variables, LOCAL_SHOP: '1' }).local, JSON.stringify(variables)).toBe(false);
  }
});
