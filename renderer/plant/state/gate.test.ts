import { expect, it } from 'vitest';
import type { TransportEvents } from '../../link/transport.ts';
import { Gate, sessionEnded } from './gate.ts';

interface Attempt {
  readonly events: TransportEvents;
}
function setup() {
  const attempts: Attempt[] = [];
  const ended: (number | undefined)[] = [];
  const gate = new Gate(
    (events) => {
      attempts.push({ events });
      return { close: () => undefined };
    },
    (code) => ended.push(code),
  );
  let closes = 0;
  const connect = (): void => void gate.transport({ open: () => undefined, close: () => (closes += 1) });
  return { gate, attempts, ended, connect, closes: () => closes };
}

it('a connection of a session that is over does not sign out whoever signed in meanwhile', () => {
  const { gate, attempts, ended, connect, closes } = setup();
  connect();
  gate.shut();
  expect(closes()).toBe(1);
  connect();
  gate.open();
  connect();
  attempts[0]?.events.close(sessionEnded);
  expect(ended).toEqual([]);
  attempts[1]?.events.close(sessionEnded);
  expect(ended).toEqual([sessionEnded]);
});

it('nothing is tried while nobody is signed in; signing in connects at once', () => {
  const { gate, attempts, connect, closes } = setup();
  gate.shut();
  connect();
  expect(attempts).toHaveLength(0);
  gate.open();
  expect(closes()).toBe(1);
});
