import { describe, expect, it } from 'vitest';
import { deviceStates, type DeviceState } from '#contract/driver.ts';
import { abnormalFirst, stateLook, wantsPerson } from './device-words.ts';

const device = (id: string, state: DeviceState) => ({ id, condition: { state } });

describe('how a device looks', () => {
  it('differs in shape for every state, so that colour is never the only sign', () => {
    const shapes = deviceStates.map((state) => stateLook[state].shape);
    expect(new Set(shapes).size).toBe(deviceStates.length);
  });
  it('asks for a person only when something is wrong', () => {
    expect(deviceStates.filter(wantsPerson)).toEqual(['silent', 'disconnected', 'faulted']);
  });
  it('puts what is wrong first and keeps the order otherwise', () => {
    const sorted = abnormalFirst([
      device('a', 'connected'),
      device('b', 'silent'),
      device('c', 'stopped'),
      device('d', 'faulted'),
      device('e', 'connected'),
    ]);
    expect(sorted.map(({ id }) => id).join('')).toBe('dbace');
  });
});
