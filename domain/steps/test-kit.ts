/** What the tests of the step types share: a run of P-0001 or P-0004, brought to the step in question. */
import type { LiveReading } from '#contract/reading.ts';
import type { Decision } from '#domain/decision.ts';
import type { ScannedComponent } from '#domain/facts.ts';
import { reading, startAt, World } from '#domain/test-kit.ts';

/** Made anew by `fresh`, for `beforeEach`. */
export let world = new World();
export function fresh(): void {
  world = new World();
  world.signIn('mara');
}

export const types = (decision: Decision): readonly string[] => decision.events.map((e) => e.type);
export const current = (): string | null => world.open()?.currentStep ?? null;

export const label = (materialId: string | null, more: Partial<ScannedComponent> = {}): ScannedComponent => ({
  materialId,
  gtin: null,
  lot: null,
  serial: null,
  expiresAt: null,
  raw: 'x',
  ...more,
});
export const scan = (component: ScannedComponent | null): Decision =>
  world.act({ type: 'scan-component', do: 'scan', code: 'CODE', entry: 'scanned' }, component);
export const push = (value: number | null, more: Partial<LiveReading> = {}): Decision =>
  world.act({
    type: 'measure',
    do: 'pushed',
    tagId: 'gauge.value',
    reading: reading('gauge.value', value, { unit: 'mm', ...more }),
  });
export const type = (value: number): Decision => world.act({ type: 'measure', do: 'type', value });

export function begin(): void {
  world.do({ type: 'execution.start', serial: 'P-0001' });
  world.act({ type: 'instruction', do: 'confirm' });
}
export function toMachine(): void {
  begin();
  scan(label('HSG', { lot: 'L1' }));
  scan(label('IMP', { serial: 'I1' }));
  scan(label('IMP', { serial: 'I2' }));
}
export const cycle = (): string => {
  const progress = world.open()?.steps['press']?.progress as { cycleId: string } | undefined;
  return progress?.cycleId ?? 'none';
};
export const report = (what: 'prepared' | 'started' | 'aborted', cycleId = cycle()): Decision => {
  if (what === 'prepared') return world.act({ type: 'machine-cycle', do: 'prepared', cycleId, parameters: [] });
  if (what === 'started') return world.act({ type: 'machine-cycle', do: 'started', cycleId });
  return world.act({
    type: 'machine-cycle',
    do: 'aborted',
    cycleId,
    reasons: [{ code: 'machine.aborted', params: { state: 'Aborted' } }],
  });
};
export const finish = (value: number, unit = 'kN', cycleId = cycle()): Decision =>
  world.act({
    type: 'machine-cycle',
    do: 'finished',
    cycleId,
    traceId: null,
    results: [
      {
        characteristicId: 'force',
        reading: {
          value,
          unit,
          entry: 'device',
          deviceId: 'press',
          tagId: 'press.force',
          quality: 'good',
          status: 'Good',
          sourceAt: null,
          receivedAt: startAt,
        },
      },
    ],
  });
export const press = (value = 12): void => {
  world.act({ type: 'machine-cycle', do: 'start' });
  report('prepared');
  report('started');
  finish(value);
};
export function toMeasure(): void {
  toMachine();
  press();
}
export function toFinish(): void {
  world.do({ type: 'execution.start', serial: 'P-0004' });
}
