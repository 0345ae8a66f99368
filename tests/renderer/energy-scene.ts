/** Energy of the invented shift of machines-scene.ts: 11.5 kW in work, less in every other state, nothing known without data. */
import type { EnergyCost, EnergyView, UnitEnergy } from '#contract/rpc/energy.ts';
import type { MachineState } from '#contract/machine-state.ts';
import { spansOfTold, quarterMs } from '#domain/energy/observe.ts';
import { energyOf, summarise } from '#domain/energy/summary.ts';
import { tile } from '#domain/machines/series.ts';
import { machinesScene } from './machines-scene.ts';

const powers: Partial<Record<MachineState, number>> = { producing: 11.5, setup: 3.1, off: 0.1 };
const meter = { unit: 'kW.h', step: 0.001 };
const price = { amount: 0.27, currency: 'EUR' };
interface Window {
  readonly machineId: string;
  readonly from: number;
  readonly to: number;
}

const told = ({ from, to }: Window) =>
  machinesScene.slices({ from, to }).flatMap(({ beganAt, endAt, state }) => {
    const end = Math.min(endAt ?? Date.now(), Date.now());
    const ms = end - beganAt;
    if (ms <= 0) return [];
    if (state === 'no-data') return [{ from: beganAt, to: end, steps: 0, openSteps: 1_830 }];
    const stretches = [];
    for (let at = beganAt; at < end; at = Math.min(end, Math.floor(at / quarterMs + 1) * quarterMs)) {
      const until = Math.min(end, Math.floor(at / quarterMs + 1) * quarterMs);
      const wobble = 1 + 0.12 * Math.sin(at / quarterMs);
      const steps = Math.round(((powers[state] ?? 1.7) * wobble * (until - at)) / 3_600);
      stretches.push({ from: at, to: until, steps, openSteps: 0 });
    }
    return stretches;
  });

export const energyScene = {
  state: { revision: 1, machines: [{ machineId: 'press-p1', unit: 'kW.h', perHour: 11.32 }] },
  summary(window: Window): EnergyView {
    const to = Math.min(window.to, Date.now());
    const slices = machinesScene.slices(window).map((slice) => ({ ...slice, machineId: window.machineId }));
    const counts = machinesScene.counts(window).map((count) => ({
      ...count,
      machineId: window.machineId,
      cyclesMs: [...count.cyclesMs],
    }));
    const tiles = tile(window.machineId, slices, window.from, to);
    return { ...summarise(meter, { from: window.from, to }, spansOfTold(told(window)), tiles, counts), price };
  },
  cost(window: Window): EnergyCost {
    const used = energyOf(meter, window, spansOfTold(told(window)));
    return { unit: meter.unit, ...used, cost: { currency: price.currency, amount: used.energy * price.amount } };
  },
  units: (window: Window): readonly UnitEnergy[] =>
    Array.from({ length: 12 }, (_, n) => ({
      serial: `PMP100-26004${17 - n}`,
      executionId: `x${n}`,
      from: Math.min(window.to, Date.now()) - (n + 1) * 95_000,
      to: n === 0 ? null : Math.min(window.to, Date.now()) - n * 95_000 - 20_000,
      energy: 0.214 + 0.013 * Math.sin(n * 2),
      whole: n !== 0 && n !== 5,
    })),
};
