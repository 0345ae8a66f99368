import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zoneOffsetMs } from './local-day.ts';

/** Zones whose clocks are set at odd hours, by half an hour, often, or by a whole day (Apia, 2011). */
const zones = [
  'Europe/Berlin',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Asia/Gaza',
  'Antarctica/Troll',
  'Pacific/Apia',
  'Asia/Kathmandu',
  'UTC',
] as const;

/** By another road than the function: the offset as the runtime writes it, `GMT+05:45`. */
const formats = new Map(
  zones.map((timeZone) => [timeZone, new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })]),
);
function writtenOffsetMs(at: number, timeZone: (typeof zones)[number]): number {
  const text = formats
    .get(timeZone)
    ?.formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value;
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT(?:([+-])(\d+):(\d+))?/.exec(text ?? '') ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

describe('the offset of a zone', () => {
  it('is that of its rules at any instant', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(1975, 0, 1), max: Date.UTC(2040, 0, 1) }),
        (timeZone, at) => zoneOffsetMs(at, timeZone) === writtenOffsetMs(at, timeZone),
      ),
      { numRuns: 3_000 },
    );
  });

  it.each(zones)('is that of its rules in each half hour of a year with clock changes: %s', (timeZone) => {
    for (let at = Date.UTC(2011, 0, 1); at < Date.UTC(2012, 0, 2); at += 1_800_000)
      if (zoneOffsetMs(at, timeZone) !== writtenOffsetMs(at, timeZone))
        expect.fail(`${new Date(at).toISOString()} in ${timeZone}`);
  });
});
