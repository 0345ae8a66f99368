/** Energy of the invented shift of machines-scene.ts: 11.5 kW in work, less in every other state, nothing known without data. */
import { localDay } from '#domain/people/local-day.ts';
import type { Localized } from '#contract/config/text.ts';
import type { EnergyDay, MachineEnergy, PlantEnergy } from '#contract/plant/energy.ts';
import type { EnergyCost, EnergyView, UnitEnergy } from '#contract/rpc/energy.ts';
import type { OeeWindow } from '#contract/rpc/oee.ts';
import type { MachineState } from '#contract/machine-state.ts';
import { spansOfTold, quarterMs } from '#domain/energy/observe.ts';
import { energyOf, summarise } from '#domain/energy/summary.ts';
import { tile } from '#domain/machines/series.ts';
import { machinesScene } from './machines-scene.ts';
import { oeeScene } from './oee-scene.ts';

const powers: Partial<Record<MachineState, number>> = { producing: 11.5, setup: 3.1, off: 0.1 };
const meter = { unit: 'kW.h', step: 0.001 };
const price = { amount: 0.27, currency: 'EUR' };
interface Window {
  readonly machineId: string;
  readonly from: number;
  readonly to: number;
}

/** Only the shift under way has something in it. */
const shown = (asked: OeeWindow) =>
  asked.kind === 'shift' && (asked.key === null || asked.key === oeeScene.view.shift?.key)
    ? oeeScene.view
    : oeeScene.past;

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

const dayMs = 86_400_000;
/** Invented days of two machines, the second without a counter of pieces. */
function plantDays(asked: { readonly from: string; readonly to: string }): PlantEnergy {
  // By the plant's clock, as the screen asks.
  const today = localDay(Date.now(), 'Europe/Berlin');
  const days: string[] = [];
  for (let day = asked.from; day <= asked.to && day <= today;) {
    days.push(day);
    day = new Date(Date.parse(day) + dayMs).toISOString().slice(0, 10);
  }
  const machine = (machineId: string, title: Localized, lineId: string, size: number): MachineEnergy => {
    const each = days.map((day, n): EnergyDay => {
      const weekend = [0, 6].includes(new Date(day).getUTCDay());
      const wave = size * (1 + 0.15 * Math.sin(n * 1.7));
      const of = (state: MachineState, energy: number, hours: number) => ({
        state,
        energy: Number((energy * wave).toFixed(3)),
        ms: hours * 3_600_000,
        knownMs: hours * 3_600_000,
      });
      const byState = weekend
        ? [of('off', 2.4, 24)]
        : [
            of('producing', 92.5, 13),
            of('waiting', 11.9, 5),
            of('setup', 6.2, 2),
            of('fault', 3.1, 2),
            of('off', 0.2, 2),
          ];
      const open = n === 3 ? 1.83 : 0;
      const energy = Number((byState.reduce((sum, one) => sum + one.energy, 0) + open).toFixed(3));
      const good = lineId === 'L2' ? null : weekend ? 0 : 2_310 + n * 11;
      const idle = byState.filter(({ state }) => ['waiting', 'fault'].includes(state));
      const idled = idle.reduce((sum, one) => sum + one.energy, 0);
      const from = Date.parse(day);
      return {
        day,
        from,
        to: from + dayMs,
        energy,
        open,
        byState,
        good,
        perGood: good === null || good === 0 ? null : energy / good,
        idle: { energy: idled, ms: weekend ? 0 : 7 * 3_600_000, share: idled / (energy - open) },
        peak: { from: from + 37 * quarterMs, perHour: weekend ? 0.2 : Number((13.1 * wave).toFixed(2)) },
      };
    });
    const sum = (of: (day: EnergyDay) => number): number =>
      Number(each.reduce((all, day) => all + of(day), 0).toFixed(3));
    const betweenDays = each.length > 4 ? 0.42 : 0;
    const energy = Number((sum((day) => day.energy) + betweenDays).toFixed(3));
    const good = lineId === 'L2' ? null : sum((day) => day.good ?? 0);
    const states = [...new Set(each.flatMap((day) => day.byState.map(({ state }) => state)))];
    return {
      machineId,
      title,
      stationId: 'ST10',
      lineId,
      days: each,
      betweenDays,
      sums: {
        unit: 'kW.h',
        energy,
        open: sum((day) => day.open) + betweenDays,
        knownMs: each.length * dayMs,
        byState: states.map((state) => {
          const of = each.flatMap((day) => day.byState.filter((one) => one.state === state));
          const total = (pick: (one: (typeof of)[number]) => number): number =>
            of.reduce((all, one) => all + pick(one), 0);
          return {
            state,
            energy: total((one) => one.energy),
            ms: total(({ ms }) => ms),
            knownMs: total(({ ms }) => ms),
          };
        }),
        good,
        perGood: good === null || good === 0 ? null : energy / good,
        idle: { energy: sum((day) => day.idle.energy), ms: sum((day) => day.idle.ms), share: 0.13 },
        peak: each.map(({ peak }) => peak).reduce((a, b) => ((b?.perHour ?? 0) > (a?.perHour ?? 0) ? b : a), null),
        price: lineId === 'L2' ? null : price,
        otherMeter: lineId === 'L2',
      },
    };
  };
  return {
    from: Date.parse(asked.from),
    to: Date.parse(days.at(-1) ?? asked.from) + dayMs,
    timeZone: 'Europe/Berlin',
    today,
    machines: [
      machine('press-p1', { en: 'Press P1', de: 'Presse P1' }, 'L1', 1),
      machine('washer-w1', { en: 'Washer W1', de: 'Waschanlage W1' }, 'L2', 0.46),
    ],
  };
}

export const energyScene = {
  plant: plantDays,
  state: { revision: 1, machines: [{ machineId: 'press-p1', unit: 'kW.h', perHour: 11.32 }] },
  summary({ machineId, window: asked }: { readonly machineId: string; readonly window: OeeWindow }): EnergyView {
    const { from, to, endsAt, shift } = shown(asked);
    const window = { machineId, from, to };
    const slices = machinesScene.slices(window).map((slice) => ({ ...slice, machineId: window.machineId }));
    const counts = machinesScene.counts(window).map((count) => ({
      ...count,
      machineId: window.machineId,
      cyclesMs: [...count.cyclesMs],
    }));
    const tiles = tile(window.machineId, slices, window.from, to);
    return {
      ...summarise(meter, { from, to }, spansOfTold(told(window)), tiles, counts),
      price,
      otherMeter: false,
      from,
      to,
      endsAt,
      shift,
    };
  },
  /** null: the machine has no meter. */
  cost(window: Window): EnergyCost | null {
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
