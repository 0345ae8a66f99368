/** A machine's shift as it is published: figures by their names of ISO 22400-2, pieces, energy. Pure. */
import type { Sums } from '#contract/rpc/oee.ts';
import { figuresOf } from '#domain/oee/figures.ts';
import { level, type Value } from './metrics.ts';

export interface MachineShift {
  readonly stationId: string;
  readonly machineId: string;
  /** Of the plant's calendar, as `2026-11-26/early`; null: between shifts. */
  readonly key: string | null;
  /** UTC ms; `to`: its end, or now while it is under way. */
  readonly from: number;
  readonly to: number;
  readonly sums: Sums;
  /** null: the machine has no meter. */
  readonly energy: { readonly used: number; readonly unit: string } | null;
}

/** A shift that is over. */
export interface EndedShift extends MachineShift {
  readonly key: string;
  /** 1: told at its end; more: told anew. */
  readonly revision: number;
}

/** Where figures of machines' shifts come from, for one edge node. */
export interface ShiftFigures {
  /** @param isAlive of a station: of others nothing is read now */
  read(isAlive: (stationId: string) => boolean): Promise<{
    /** Ended or told anew since it was kept last, oldest first. */
    readonly ended: readonly EndedShift[];
    readonly underWay: readonly MachineShift[];
    /** Too long ago to be kept at the broker. */
    readonly gone: readonly Pick<EndedShift, 'stationId' | 'machineId' | 'key'>[];
    /** The broker has all of it. */
    keep(): Promise<void>;
  }>;
}

function numbersOf({ sums, energy }: MachineShift) {
  const figures = figuresOf(sums);
  return {
    oee: figures.oee.value,
    availability: figures.availability.value,
    effectiveness: figures.effectiveness.value,
    qualityRatio: figures['quality-ratio'].value,
    nee: figures.nee.value,
    produced: sums.produced,
    good: Math.max(0, sums.good),
    scrap: sums.scrap,
    unknownMs: sums.ms.unknown,
    energy: energy?.used ?? null,
  };
}

/** @returns metrics of the machine's station, with the instant up to which they tell */
export function shiftValues(shift: MachineShift): readonly Value[] {
  const { stationId, machineId, to: at, energy } = shift;
  const told = numbersOf(shift);
  const set = (name: string, type: Value['type'], value: Value['value'], unit: string | null = null): Value => {
    return { stationId, name: `Machine/${level(machineId)}/Shift/${name}`, type, value, unit, at };
  };
  return [
    set('Id', 'string', shift.key),
    set('OEE', 'double', told.oee),
    set('Availability', 'double', told.availability),
    set('Effectiveness', 'double', told.effectiveness),
    set('QualityRatio', 'double', told.qualityRatio),
    set('NEE', 'double', told.nee),
    set('Produced', 'int64', told.produced),
    set('Good', 'int64', told.good),
    set('Scrap', 'int64', told.scrap),
    ...(energy === null ? [] : [set('Energy', 'double', told.energy, energy.unit)]),
  ];
}

/** Below the station's plain topics; one for each shift. */
export const shiftTopic = ({ machineId, key }: Pick<EndedShift, 'machineId' | 'key'>): string =>
  `Machine/${level(machineId)}/Shifts/${key.split('/').map(level).join('/')}`;

/** Ratios are shares of 1, null where there is none; instants are UTC ms. */
export function shiftDocument(shift: EndedShift): object {
  const { key, from, to, revision, energy } = shift;
  const { unknownMs, energy: used, ...told } = numbersOf(shift);
  return {
    shift: key,
    revision,
    from_ms: from,
    to_ms: to,
    ...told,
    unknown_ms: unknownMs,
    ...(energy !== null && { energy: used, energyUnit: energy.unit }),
    definition: 'ISO 22400-2',
    timestamp_ms: to,
  };
}
