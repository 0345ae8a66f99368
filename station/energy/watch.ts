/**
 * Watches the meters of this station's machines: their readings come by the lossless road and are told as `energy.used` where
 * a slice, a run of the station or a quarter of an hour begins or ends, and when the station ends. What was told last is where it goes on after a start.
 */
import type { MachineFile } from '#contract/config/machines.ts';
import type { BodyOf } from '#contract/events/index.ts';
import type { EnergyNow } from '#contract/rpc/energy.ts';
import { inUnit, type Counter, type Span } from '#domain/energy/counter.ts';
import { quarterMs, resumed, tell, withReading, type Pending } from '#domain/energy/observe.ts';
import type { Core } from '#station/core/index.ts';
import { readLastEnergy } from '#station/store/projections/energy.ts';
import { readSlices } from '#station/store/projections/machines.ts';
import { Signal } from '#station/streams/signal.ts';
import type { HubReading, TagHub } from '#station/tags/hub.ts';

/** A slice that begins about then may be told a moment later: a quarter is told when so much of the next has passed. */
const graceMs = 5_000;
/** Of the power that is shown. */
const recentMs = 60_000;

type Meter = NonNullable<MachineFile['meter']>;

interface Watched {
  readonly machineId: string;
  readonly meter: Meter;
  readonly counter: Counter;
  pending: Pending;
  /** Told up to here as soon as the meter was read behind it. */
  dueTo: number;
  /** When runs of the station began and ended since, UTC ms: energy of units are sums too. */
  runs: readonly number[];
  /** Spans of the last minute. */
  recent: readonly Span[];
  readonly stop: () => void;
}

export interface EnergyWatch {
  readonly changed: Signal<void>;
  now(): readonly EnergyNow[];
  start(): void;
  /** Tells what was read until now. */
  stop(): void;
}

export function createEnergyWatch(core: Core, hub: Pick<TagHub, 'subscribe'>): EnergyWatch {
  const { appended, catalogue, clock, dispatch, read, stationId } = core;
  const changed = new Signal<void>();
  const watched = new Map<string, Watched>();

  function take(one: Watched, readings: readonly HubReading[]): void {
    const doubts: Omit<BodyOf<'machine.doubted'>, 'machineId' | 'doubtId'>[] = [];
    for (const { value, quality, receivedAt } of readings) {
      const good = quality === 'good' && typeof value === 'number' ? value : null;
      const before = one.pending;
      one.pending = withReading(before, { at: receivedAt, value: good }, one.counter);
      const span = one.pending === before ? undefined : one.pending.spans.at(-1);
      if (span === undefined || before.last === null) continue;
      one.recent = [...one.recent.filter(({ to }) => to > receivedAt - recentMs), span];
      const kind = doubtOf(span);
      if (kind !== null)
        doubts.push({
          kind,
          tagId: one.meter.tag,
          from: span.from,
          to: span.to,
          before: span.first,
          now: span.last,
          counted: null,
        });
    }
    const at = one.pending.last?.at ?? 0;
    const quarter = Math.floor((at - graceMs) / quarterMs) * quarterMs;
    const due = one.dueTo <= at ? Math.max(quarter, one.dueTo) : quarter;
    settle(one, due, doubts);
    changed.emit();
  }

  function settle(one: Watched, until: number, doubts: Parameters<typeof observe>[2]): void {
    const { pending, machineId, counter } = one;
    const { last, toldTo } = pending;
    if (last === null || until <= toldTo) {
      if (doubts.length > 0) observe(one, [], doubts);
      return;
    }
    const slices = readSlices(read, machineId, toldTo, last.at + 1).map(({ beganAt }) => beganAt);
    const edges = [...slices, ...one.runs];
    const done = tell(pending, until, edges, counter);
    // Told only when it is written: a full disk loses nothing that a later reading does not bring.
    if (!observe(one, done.told, doubts)) return;
    one.pending = done.pending;
    one.runs = one.runs.filter((at) => at > done.pending.toldTo);
  }

  function observe(
    { machineId, meter }: Watched,
    told: ReturnType<typeof tell>['told'],
    doubts: readonly Omit<BodyOf<'machine.doubted'>, 'machineId' | 'doubtId'>[],
  ): boolean {
    if (told.length === 0 && doubts.length === 0) return true;
    return dispatch({ type: 'energy.observe', machineId, meter, told, doubts }, null).ok;
  }

  function begin(machine: MachineFile, meter: Meter): void {
    const { id: machineId } = machine;
    const newest = readLastEnergy(read, machineId);
    // Another meter begins anew.
    const known = newest !== null && newest.step === meter.step && newest.unit === meter.unit ? newest : null;
    const one: Watched = {
      machineId,
      meter,
      counter: { step: meter.step, rollOver: meter.rollOver, mostPerHour: meter.mostPerHour, gapMs: meter.gapMs },
      pending: resumed(known),
      dueTo: 0,
      runs: [],
      recent: [],
      stop: hub.subscribe([meter.tag], (readings) => take(one, readings)),
    };
    watched.set(machineId, one);
  }
  function end(one: Watched): void {
    one.stop();
    settle(one, one.pending.last?.at ?? 0, []);
    watched.delete(one.machineId);
  }
  function follow(): void {
    const wanted = catalogue.machines.filter(({ station, meter }) => station === stationId && meter !== undefined);
    for (const one of watched.values()) {
      const meter = wanted.find(({ id }) => id === one.machineId)?.meter;
      if (JSON.stringify(meter) !== JSON.stringify(one.meter)) end(one);
    }
    for (const machine of wanted)
      if (machine.meter !== undefined && !watched.has(machine.id)) begin(machine, machine.meter);
    changed.emit();
  }

  const ends: (() => void)[] = [];
  return {
    changed,
    now: () =>
      [...watched.values()].map(({ machineId, meter, recent }) => ({
        machineId,
        unit: meter.unit,
        perHour: meanOf(recent, clock.now(), meter.step),
      })),
    start() {
      follow();
      ends.push(
        catalogue.changed.listen(follow),
        appended.listen((events) => {
          for (const event of events) {
            if (event.type === 'slice.begun') {
              const one = watched.get(event.body.machineId);
              if (one !== undefined) one.dueTo = Math.max(one.dueTo, event.body.beganAt);
            } else if (isRunEdge(event.type)) {
              for (const one of watched.values()) {
                one.dueTo = Math.max(one.dueTo, event.at);
                one.runs = [...one.runs, event.at];
              }
            }
          }
        }),
      );
    },
    stop() {
      for (const stop of ends.splice(0)) stop();
      for (const one of watched.values()) end(one);
    },
  };
}

const isRunEdge = (type: string): boolean =>
  type === 'execution.started' || type === 'execution.passed' || type === 'execution.stopped';

function doubtOf({ kind }: Span): 'counter-reset' | 'counter-rolled-over' | 'counter-impossible' | null {
  switch (kind) {
    case 'reset':
      return 'counter-reset';
    case 'rolled-over':
      return 'counter-rolled-over';
    case 'impossible':
      return 'counter-impossible';
    default:
      return null;
  }
}

/** Mean of the last minute in the unit per hour; null: too little is known, or the meter has not told for half a minute. */
function meanOf(recent: readonly Span[], now: number, step: number): number | null {
  const counted = recent.filter(({ kind }) => kind === 'counted' || kind === 'rolled-over');
  const ms = counted.reduce((sum, { from, to }) => sum + to - from, 0);
  const last = counted.at(-1)?.to ?? -Infinity;
  if (ms < 2_000 || now - last > recentMs / 2) return null;
  const steps = counted.reduce((sum, span) => sum + span.steps, 0);
  return (inUnit(steps, step) * 3_600_000) / ms;
}
