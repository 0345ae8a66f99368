/**
 * What a machine says, as one of the nine states or as not known. Each way to the state is a total table: a state that a
 * standard knows and the table does not, does not compile; a value that is in no table is told as unknown, never guessed.
 */
import type { StateSource } from '#contract/config/machines.ts';
import type { MachineState } from '#contract/machine-state.ts';
import type { TagValue } from '#contract/reading.ts';

/** The 17 states of OPC 30050 (PackML) with their numbers (ANSI/ISA-TR88.00.02, state numbers of PackTags). */
export const packmlStates = {
  Clearing: 1,
  Stopped: 2,
  Starting: 3,
  Idle: 4,
  Suspended: 5,
  Execute: 6,
  Stopping: 7,
  Aborting: 8,
  Aborted: 9,
  Holding: 10,
  Held: 11,
  Unholding: 12,
  Suspending: 13,
  Unsuspending: 14,
  Resetting: 15,
  Completing: 16,
  Complete: 17,
} as const;
export type PackmlState = keyof typeof packmlStates;

/**
 * Held is for a cause inside the machine, Suspended for one outside (OPC 30050, 6.2: material from before or after); `external`
 * is told apart by EquipmentBlocked and EquipmentStarved. Aborted is the state after a fault, Clearing the way out of it.
 */
const ofPackml: Readonly<Record<PackmlState, MachineState | 'external'>> = {
  Clearing: 'fault',
  Stopped: 'held',
  Starting: 'producing',
  Idle: 'waiting',
  Suspended: 'external',
  Execute: 'producing',
  Stopping: 'held',
  Aborting: 'fault',
  Aborted: 'fault',
  Holding: 'held',
  Held: 'held',
  Unholding: 'held',
  Suspending: 'external',
  Unsuspending: 'external',
  Resetting: 'waiting',
  Completing: 'producing',
  Complete: 'waiting',
};

/** Unit modes of OPC 30050 and PackTags; those from 4 on are the builder's own. */
const packmlModes = { Invalid: 0, Production: 1, Maintenance: 2, Manual: 3 } as const;
/** null: the state alone counts. A person moves the machine by hand to set it up. */
const ofPackmlMode: Readonly<Record<keyof typeof packmlModes, MachineState | null>> = {
  Invalid: null,
  Production: null,
  Maintenance: 'maintenance',
  Manual: 'setup',
};

/** StateNumber of OPC 40001-1, clause 12.2. */
export const itemStates = { NotAvailable: 0, OutOfService: 1, NotExecuting: 2, Executing: 3 } as const;
/** StateNumber of OPC 40001-1, clause 13.2. */
export const operationModes = { None: 0, Maintenance: 1, Setup: 2, Processing: 3 } as const;
export type ItemState = keyof typeof itemStates;
export type OperationMode = keyof typeof operationModes;

/**
 * After OPC 40001-1, Annex C.2 (an example interpretation for ISO 22400 and SEMI E10: OutOfService in Processing is unscheduled
 * down, NotExecuting in Processing standby, Executing in Processing productive). NotAvailable is a machine that is off or
 * cannot say anything; what it was off for is the mode that it sent last.
 */
export const ofMachinery: Readonly<Record<ItemState, Readonly<Record<OperationMode, MachineState>>>> = {
  NotAvailable: { None: 'off', Maintenance: 'maintenance', Setup: 'setup', Processing: 'off' },
  OutOfService: { None: 'fault', Maintenance: 'maintenance', Setup: 'fault', Processing: 'fault' },
  NotExecuting: { None: 'waiting', Maintenance: 'maintenance', Setup: 'setup', Processing: 'waiting' },
  Executing: { None: 'producing', Maintenance: 'maintenance', Setup: 'setup', Processing: 'producing' },
};

/** What the tags say. undefined: nobody vouches for a value now (bad, stale, link down, never told). */
export interface Tags {
  now(tagId: string): TagValue | undefined;
  /** The last that was ever told, whether it still holds or not. */
  last(tagId: string): TagValue | undefined;
}

export type Judged =
  | { readonly kind: 'known'; readonly state: MachineState; readonly told: string }
  /** A tag that is needed says nothing. */
  | { readonly kind: 'silent' }
  /** A tag says something that is in no table. */
  | { readonly kind: 'unknown'; readonly tagId: string; readonly said: string | number };

/** Sources whose state is what tags say at one instant; a counter alone needs time, and people are no tags. */
export type TaggedSource = Exclude<StateSource, { from: 'counter' | 'hand' }>;

export function judge(source: TaggedSource, tags: Tags): Judged {
  switch (source.from) {
    case 'packml':
      return judgePackml(source, tags);
    case 'machinery':
      return judgeMachinery(source, tags);
    case 'bits':
      return judgeBits(source, tags);
  }
}

function judgePackml(source: Extract<TaggedSource, { from: 'packml' }>, tags: Tags): Judged {
  const said = tags.now(source.state);
  if (said === undefined) return silent;
  const name = named(packmlStates, said);
  if (name === null) return unknown(source.state, said);
  const byMode = source.mode === undefined ? null : modeOf(source.mode, tags);
  if (byMode === 'silent') return silent;
  if (byMode !== null) return known(byMode, name);
  const state = ofPackml[name];
  if (state !== 'external' && state !== 'waiting') return known(state, name);
  const blocked = source.blocked === undefined ? false : tags.now(source.blocked);
  const starved = source.starved === undefined ? false : tags.now(source.starved);
  if (isOn(blocked)) return known('blocked', name);
  if (isOn(starved)) return known('starved', name);
  // A ready machine whose bits say nothing still waits; a suspended one may be either.
  if (state === 'waiting') return known('waiting', name);
  return blocked === undefined ? silent : known('starved', name);
}

/** Modes of the builder's own are judged by their state. */
function modeOf(tagId: string, tags: Tags): MachineState | null | 'silent' {
  const said = tags.now(tagId);
  if (said === undefined) return 'silent';
  if (said === 'Produce' || said === 'Producing') return ofPackmlMode.Production;
  const mode = named(packmlModes, said);
  return mode === null ? null : ofPackmlMode[mode];
}

function judgeMachinery(source: Extract<TaggedSource, { from: 'machinery' }>, tags: Tags): Judged {
  const saidState = tags.now(source.itemState);
  if (saidState === undefined) return silent;
  const state = named(itemStates, saidState);
  if (state === null) return unknown(source.itemState, saidState);
  const saidMode =
    state === 'NotAvailable' ? (tags.last(source.operationMode) ?? 'None') : tags.now(source.operationMode);
  if (saidMode === undefined) return silent;
  const mode = named(operationModes, saidMode);
  if (mode === null) return unknown(source.operationMode, saidMode);
  return known(ofMachinery[state][mode], `${state} / ${mode}`);
}

const bitOrder = ['fault', 'setup', 'running', 'blocked', 'starved'] as const;
const ofBit: Readonly<Record<(typeof bitOrder)[number], MachineState>> = {
  fault: 'fault',
  setup: 'setup',
  running: 'producing',
  blocked: 'blocked',
  starved: 'starved',
};

/** Fault wins over everything, set-up over running (a machine that is moved for its set-up), running over why it would not. */
function judgeBits(source: Extract<TaggedSource, { from: 'bits' }>, tags: Tags): Judged {
  for (const name of bitOrder) {
    const bit = source[name];
    if (bit === undefined) continue;
    const said = tags.now(bit.tag);
    if (said === undefined) return silent;
    if (bit.on.some((value) => value === said)) return known(ofBit[name], `${bit.tag} = ${String(said)}`);
  }
  return known('waiting', `${source.running.tag} = ${String(tags.now(source.running.tag))}`);
}

const silent: Judged = { kind: 'silent' };
const known = (state: MachineState, told: string): Judged => ({ kind: 'known', state, told });
const unknown = (tagId: string, said: TagValue): Judged => ({
  kind: 'unknown',
  tagId,
  said: typeof said === 'number' ? said : String(said),
});
const isOn = (said: TagValue | undefined): boolean => said === true || said === 1;

/** By name, however it is written (`Un-Holding`, `not executing`), or by number, also where a text tag carries it. */
function named<T extends string>(table: Readonly<Record<T, number>>, said: TagValue): T | null {
  const names = Object.keys(table) as T[];
  if (typeof said === 'number') return names.find((name) => table[name] === said) ?? null;
  if (typeof said !== 'string') return null;
  const letters = said.replace(/[^a-z]/gi, '').toLowerCase();
  const byName = names.find((name) => name.toLowerCase() === letters);
  if (byName !== undefined) return byName;
  return /^\s*\d+\s*$/.test(said) ? (names.find((name) => table[name] === Number(said)) ?? null) : null;
}

/** Tags that the state of a machine rests on. */
export function stateTags(source: StateSource): readonly string[] {
  switch (source.from) {
    case 'packml':
      return [source.state, source.mode, source.blocked, source.starved].filter((tag) => tag !== undefined);
    case 'machinery':
      return [source.itemState, source.operationMode];
    case 'bits':
      return bitOrder.flatMap((name) => source[name]?.tag ?? []);
    case 'counter':
    case 'hand':
      return [];
  }
}
