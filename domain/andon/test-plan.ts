/** andon.yaml of the tests of calls: four kinds; maintenance escalates by time and, late, by shift. */
import { andonSchema, type Andon } from '#contract/config/andon.ts';
import type { Configuration } from '#contract/config/index.ts';
import { shiftSchema } from '#contract/config/plant.ts';
import { t, testConfiguration } from '#domain/test-plant.ts';

export const minuteMs = 60_000;

export const testAndon = (): Andon =>
  andonSchema.parse({
    schema: 'linewright/andon@1',
    calls: [
      { id: 'material', title: t('Material'), icon: 'material', role: 'operator' },
      { id: 'quality', title: t('Quality'), icon: 'quality', role: 'quality-technician' },
      {
        id: 'maintenance',
        title: t('Maintenance'),
        icon: 'maintenance',
        role: 'controls-engineer',
        webhook: true,
        escalation: [
          { afterMs: 5 * minuteMs, role: 'line-lead' },
          { afterMs: 10 * minuteMs, role: 'supervisor', shifts: ['late'] },
          { afterMs: 20 * minuteMs, role: 'process-engineer' },
        ],
      },
      { id: 'lead', title: t('Lead'), icon: 'lead', role: 'line-lead' },
    ],
  });

/** Early and late shift in UTC, every day; it is 08:00 when the tests begin. */
export function andonConfiguration(andon: Andon = testAndon()): Configuration {
  const base = testConfiguration();
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
  const shifts = [
    { id: 'early', title: t('Early'), from: '06:00', to: '14:00', days },
    { id: 'late', title: t('Late'), from: '14:00', to: '22:00', days },
  ];
  return {
    ...base,
    plant: { ...base.plant, timeZone: 'UTC', shifts: shifts.map((shift) => shiftSchema.parse(shift)) },
    andon,
  };
}
