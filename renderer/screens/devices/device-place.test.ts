import { describe, expect, it } from 'vitest';
import { readPlace, writePlace, type DevicePlace } from './device-place.ts';

describe('the place on the devices screen', () => {
  it.each<[DevicePlace & { deviceId: string }, string]>([
    [{ deviceId: 'press', view: 'values', tagId: null }, 'press'],
    [{ deviceId: 'press', view: 'traffic', tagId: null }, 'press:traffic'],
    [{ deviceId: 'press', view: 'trend', tagId: 'press.oil-temperature' }, 'press:trend:press.oil-temperature'],
  ])('comes back after a reload: %j', (place, text) => {
    expect(writePlace(place)).toBe(text);
    expect(readPlace(text)).toEqual(place);
  });
  it('is the plain view when it cannot be read', () => {
    expect(readPlace('press:nonsense')).toEqual({ deviceId: 'press', view: 'values', tagId: null });
    expect(readPlace(null)).toEqual({ deviceId: null, view: 'values', tagId: null });
  });
});
