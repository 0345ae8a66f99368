import { expect, it } from 'vitest';
import { machineFileSchema } from '#contract/config/machines.ts';
import { plantSchema } from '#contract/config/plant.ts';
import { catalogueOf } from '#domain/catalogue.ts';
import { testConfiguration } from '#domain/test-kit.ts';
import { t } from '#domain/test-plant.ts';
import { paceAt } from './pace-at.ts';

const configuration = testConfiguration();
const plant = plantSchema.parse({
  ...configuration.plant,
  // Half an hour off: the clock hour of the plant is not that of UTC.
  timeZone: 'Asia/Kolkata',
  shifts: [{ id: 'early', title: t('Early'), from: '06:00', to: '14:00', breaks: [{ from: '09:00', to: '09:15' }] }],
});
const machine = machineFileSchema.parse({
  schema: 'linewright/machine@1',
  id: 'p1',
  title: t('P1'),
  station: 'ST10',
  state: { from: 'hand' },
});
const catalogue = catalogueOf({
  ...configuration,
  plant,
  machines: [machine],
  calendar: {
    schema: 'linewright/calendar@1',
    planned: [
      {
        id: 'oil',
        title: t('Oil'),
        kind: 'maintenance',
        machine: 'p1',
        from: '2026-11-20T10:40:00+05:30',
        to: '2026-11-20T11:00:00+05:30',
      },
    ],
  },
});
const planned = (at: string, stationId = 'ST10', from: string | null = null): readonly string[] => {
  const pace = paceAt(
    60_000,
    stationId,
    catalogue,
    Date.parse(`${at}+05:30`),
    from === null ? null : Date.parse(`${from}+05:30`),
  );
  expect(pace.taktMs).toBe(60_000);
  expect(pace.hour.to - pace.hour.from).toBe(3_600_000);
  const clock = (ms: number): string => new Date(ms + 5.5 * 3_600_000).toISOString().slice(11, 16);
  return [`hour ${clock(pace.hour.from)}`, ...pace.calendar.map((one) => `${clock(one.from)} ${one.kind}`)];
};

it('the clock hour of the plant with its breaks, and what is outside of its shifts', () => {
  expect(planned('2026-11-20T09:40')).toEqual(['hour 09:00', '09:00 break', '09:15 working']);
  expect(planned('2026-11-20T13:59')).toEqual(['hour 13:00', '13:00 working']);
  expect(planned('2026-11-20T14:00')).toEqual(['hour 14:00', '14:00 unplanned']);
  // A Sunday.
  expect(planned('2026-11-22T09:40')).toEqual(['hour 09:00', '09:00 unplanned']);
});
it('a planned stop of the only machine of the station is its own, not that of the next station', () => {
  expect(planned('2026-11-20T10:05')).toEqual(['hour 10:00', '10:00 working', '10:40 maintenance']);
  expect(planned('2026-11-20T10:05', 'ST20')).toEqual(['hour 10:00', '10:00 working']);
});
it('from before the hour where a unit was begun earlier', () => {
  expect(planned('2026-11-20T09:05', 'ST10', '2026-11-20T08:30')).toEqual([
    'hour 09:00',
    '08:30 working',
    '09:00 break',
    '09:15 working',
  ]);
  expect(planned('2026-11-20T09:40', 'ST10', '2026-11-20T09:30')).toEqual([
    'hour 09:00',
    '09:00 break',
    '09:15 working',
  ]);
});
