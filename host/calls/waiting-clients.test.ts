import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeWaitingClients } from '#host/calls/waiting-clients.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Clients that record when they are resumed. */
function crowd(size: number) {
  const turns: number[] = [];
  const clients = Array.from({ length: size }, (_, index) => ({
    destroyed: false,
    pause: vi.fn(),
    resume() {
      turns.push(index);
      return this;
    },
  }));
  return { clients: clients as never[], made: clients, turns };
}

function waitingWith(room: () => number) {
  return makeWaitingClients({ atLeastMs: 1_000, room });
}

test('no client is read before its Retry-After has passed', () => {
  const { clients, made, turns } = crowd(3);
  const waiting = waitingWith(() => 100);
  for (const client of clients) waiting.add(client);
  expect(made[0]?.pause).toHaveBeenCalledOnce();
  vi.advanceTimersByTime(990);
  expect(turns).toEqual([]);
  vi.advanceTimersByTime(20);
  expect(turns).toEqual([0, 1, 2]);
});

test('while there is room, clients are read in order, a few at a time', () => {
  const { clients, turns } = crowd(1_000);
  const waiting = waitingWith(() => 100);
  for (const client of clients) waiting.add(client);
  vi.advanceTimersByTime(1_100);
  expect(turns.length).toBeGreaterThan(0);
  expect(turns.length).toBeLessThan(100);
  vi.advanceTimersByTime(2_000);
  expect(turns).toEqual(clients.map((_, index) => index));
});

test('without room, clients are still read in turn, fewer at a time', () => {
  const { clients, turns } = crowd(8_000);
  const waiting = waitingWith(() => 0);
  for (const client of clients) waiting.add(client);
  vi.advanceTimersByTime(2_000);
  expect(turns.length).toBeGreaterThan(400);
  expect(turns.length).toBeLessThan(600);
  vi.advanceTimersByTime(16_000);
  expect(turns).toHaveLength(8_000);
});

test('a client that has disconnected uses no turn', () => {
  const { clients, made, turns } = crowd(20);
  const waiting = waitingWith(() => 1);
  for (const client of clients) waiting.add(client);
  for (const client of made.slice(0, 19)) client.destroyed = true;
  vi.advanceTimersByTime(1_010);
  expect(turns).toEqual([19]);
});

test('a client that arrives after the crowd has left waits no longer than the first one did', () => {
  const { clients, turns } = crowd(2);
  const waiting = waitingWith(() => 8);
  waiting.add(clients[0] as never);
  vi.advanceTimersByTime(60_000);
  waiting.add(clients[1] as never);
  vi.advanceTimersByTime(1_010);
  expect(turns).toEqual([0, 1]);
});
