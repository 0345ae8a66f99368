/**
 * Watches the machines of this station: readings on the lossless road, devices that come and go, time, and what runs here, each to
 * the machine's observer; what it sees is written through the core. That nobody looked is told as `no-data`.
 */
import type { MachineFile } from '#contract/config/machines.ts';
import type { Reading } from '#contract/reading.ts';
import type { SliceContext } from '#contract/events/shared.ts';
import { isSameContext, type Observation } from '#domain/machines/decide.ts';
import type { Count } from '#domain/machines/counted.ts';
import { Observer } from '#domain/machines/observe.ts';
import { stateTags } from '#domain/machines/state.ts';
import type { Baselines, SeenReading } from '#domain/machines/tally.ts';
import { instantOf } from '#domain/machines/time.ts';
import type { Core } from '#station/core/index.ts';
import {
  readLastCount,
  readLastJudged,
  readOpenSlice,
  readWatchedMachines,
} from '#station/store/projections/machines.ts';
import { Signal } from '#station/streams/signal.ts';
import { machineFacts } from './facts.ts';
import { WatchedFile } from './watched-file.ts';

const tickMs = 1_000;
const writeMs = 10_000;
/** After an outage the values that a machine kept meanwhile come one after the other for so long. */
const catchUpMs = 60_000;

type TagReading = Reading & { readonly tagId: string };

/** What is known of the way from a tag to here. */
interface Way {
  readonly deviceId: string | null;
  /** A good reading came since it was lost. */
  heard: boolean;
  /** UTC ms; null: not lost since the start. */
  lostAt: number | null;
  heardAt: number | null;
}

interface Watched {
  readonly file: MachineFile;
  readonly observer: Observer;
  readonly tags: readonly string[];
  /** Not written yet: the store took nothing. */
  unwritten: Observation[];
  /** Its clock was found wrong, and that is told. */
  clockWrong: boolean;
  /** Told bad and not judged yet: whether its device is gone is known in a moment. */
  bad: { readonly tagId: string; readonly at: number }[];
}

export interface MachineWatch {
  /** Begins to watch; nothing was known since the last run ended. @returns how to stop. */
  start(): () => void;
  /** Pieces that were counted and are not in the log yet; null: none. */
  pending(machineId: string): Count | null;
  /** Pieces were counted that are not in the log yet. */
  readonly counted: Signal<void>;
}

/** @param folder the data folder */
export function createMachineWatch(core: Core, folder: string): MachineWatch {
  const { catalogue, clock, devices, dispatch, live, log, read, stationId } = core;
  const file = new WatchedFile(folder, log);
  const counted = new Signal<void>();
  const rules = machineFacts(read, stationId);
  const ways = new Map<string, Way>();
  let machines: readonly Watched[] = [];
  let context: SliceContext = rules.running();
  let writtenAt = -Infinity;
  let unsubscribe: () => void = () => undefined;
  let timer: { cancel(): void } | null = null;

  function write(machine: Watched, seen: readonly Observation[]): void {
    if (seen.length > 0) machine.unwritten.push(...seen);
    if (machine.unwritten.length === 0) return;
    const { id } = machine.file;
    const outcome = dispatch({ type: 'machine.observe', machineId: id, seen: machine.unwritten }, null);
    if (!outcome.ok) return;
    machine.unwritten = [];
    machine.observer.written(openOf(id));
  }
  const openOf = (machineId: string) => readOpenSlice(read, machineId);

  /** The last instant at which the device was known to speak. */
  function proofOfLife(deviceId: string | null, now: number): number {
    if (deviceId === null) return now;
    const condition = devices.condition(deviceId);
    if (condition === null || condition.state === 'connected') return now;
    const since = devices.since(deviceId) ?? now;
    const silentMs = condition.params?.['silentMs'];
    return condition.state === 'silent' && typeof silentMs === 'number' ? since - silentMs : since;
  }
  const isConnected = (deviceId: string | null): boolean =>
    deviceId === null || devices.condition(deviceId)?.state === 'connected';

  function lose(machine: Watched, tagIds: readonly string[], at: number): void {
    for (const tagId of tagIds) {
      const way = ways.get(tagId);
      if (way?.heard !== true) continue;
      way.heard = false;
      way.lostAt = at;
    }
    write(machine, machine.observer.lost(tagIds, at));
  }

  function judgeBad(machine: Watched): void {
    const { bad } = machine;
    machine.bad = [];
    const now = clock.now();
    for (const { tagId, at } of bad) {
      const deviceId = ways.get(tagId)?.deviceId ?? null;
      lose(machine, [tagId], isConnected(deviceId) ? at : Math.min(at, proofOfLife(deviceId, now)));
    }
  }

  function seenOf(machine: Watched, reading: TagReading): { seen: SeenReading; doubt: Observation | null } {
    const { tagId, value, receivedAt } = reading;
    const way = ways.get(tagId);
    const catchesUp =
      way !== undefined && way.lostAt !== null && way.heardAt !== null && receivedAt - way.heardAt < catchUpMs;
    const sinceMs = way?.heard !== true ? null : catchesUp ? receivedAt - (way.lostAt ?? receivedAt) : 0;
    const { at, clock: whose, wrong } = instantOf(reading, sinceMs);
    if (way !== undefined && !way.heard) {
      way.heard = true;
      way.heardAt = receivedAt;
    }
    let doubt: Observation | null = null;
    if (wrong && !machine.clockWrong) {
      const told =
        reading.sourceAt !== null && Math.abs(reading.sourceAt) < 8.64e15 ? new Date(reading.sourceAt) : null;
      const about = { tagId, from: at, to: at, before: null, now: told?.toISOString() ?? null, counted: null };
      doubt = { kind: 'doubt', doubt: { kind: 'time-wrong', ...about } };
    }
    if (wrong) machine.clockWrong = true;
    else if (whose === 'machine') machine.clockWrong = false;
    return { seen: { tagId, value, good: true, at, clock: whose }, doubt };
  }

  function heard(machine: Watched, readings: readonly TagReading[]): void {
    const mine = readings.filter(({ tagId }) => machine.tags.includes(tagId));
    if (mine.length === 0) return;
    const good: TagReading[] = [];
    const flush = (): void => {
      if (good.length === 0) return;
      judgeBad(machine);
      const told = good.splice(0).map((reading) => seenOf(machine, reading));
      const receivedAt = clock.now();
      const seen = machine.observer.readings(
        told.map((one) => one.seen),
        receivedAt,
      );
      write(machine, [...seen, ...told.flatMap(({ doubt }) => doubt ?? [])]);
    };
    for (const reading of mine) {
      if (reading.quality === 'bad') {
        flush();
        machine.bad.push({ tagId: reading.tagId, at: Math.trunc(reading.receivedAt) });
      } else good.push(reading);
    }
    flush();
    if (machine.observer.pending !== null) counted.emit();
  }

  function devicesChanged(): void {
    const now = clock.now();
    for (const machine of machines) {
      judgeBad(machine);
      for (const tagId of machine.tags) {
        const way = ways.get(tagId);
        if (way?.heard === true && !isConnected(way.deviceId)) lose(machine, [tagId], proofOfLife(way.deviceId, now));
      }
    }
  }

  /** A reading that is older than its tag allows although the link is up. */
  function loseStale(machine: Watched): void {
    for (const tagId of machine.tags) {
      if (ways.get(tagId)?.heard !== true) continue;
      const reading = live.live(tagId);
      if (reading?.stale === true) lose(machine, [tagId], Math.trunc(reading.lastGoodAt ?? reading.receivedAt));
    }
  }

  function tick(): void {
    timer = clock.setTimer(tickMs, tick);
    const now = clock.now();
    for (const machine of machines) {
      judgeBad(machine);
      loseStale(machine);
      write(machine, machine.observer.tick(now));
    }
    if (now - writtenAt >= writeMs || now < writtenAt) remember(now);
  }

  function remember(now: number): void {
    writtenAt = now;
    if (machines.length === 0) return;
    const baselines = Object.fromEntries(machines.map(({ file: { id }, observer }) => [id, observer.baselines]));
    file.write({ until: now, baselines });
  }

  function runningChanged(): void {
    const next = rules.running();
    if (isSameContext(next, context)) return;
    context = next;
    const now = clock.now();
    for (const machine of machines) write(machine, machine.observer.running(now));
  }

  /** Whoever looked before did not look since: nobody knows what was meanwhile. */
  function begin(machine: MachineFile, until: number | null, known: Baselines | null): Watched {
    const open = openOf(machine.id);
    const now = clock.now();
    const last = readLastCount(read, machine.id);
    const judged = readLastJudged(read, machine.id);
    const observer = new Observer(machine, open, baselinesOf(known, last, judged), last?.to ?? null);
    const tags = tagsOf(machine);
    for (const tagId of tags)
      ways.set(tagId, {
        deviceId: catalogue.tag(tagId)?.device.id ?? null,
        heard: false,
        lostAt: until,
        heardAt: null,
      });
    const watched: Watched = { file: machine, observer, tags, unwritten: [], clockWrong: false, bad: [] };
    const beganAt = open === null ? now : Math.max(open.beganAt, Math.min(until ?? open.beganAt, now));
    // Of a machine that people tell nothing is known before somebody does.
    if (open !== null || machine.state.from !== 'hand')
      write(watched, [{ kind: 'state', beganAt, state: 'no-data', told: null, alarm: null, clock: 'station' }]);
    return watched;
  }

  /** @param until UTC ms until when the machines were watched; null: not known */
  function watch(until: number | null, known: ReadonlyMap<string, Baselines>): void {
    unsubscribe();
    const mine = catalogue.machines.filter(({ station }) => station === stationId);
    machines = mine.map((machine) => begin(machine, until, known.get(machine.id) ?? null));
    // Who is watched here no longer is not known here any more.
    for (const { machineId, state } of readWatchedMachines(read))
      if (state !== 'no-data' && !mine.some(({ id }) => id === machineId)) end(machineId, until ?? clock.now());
    const tags = machines.flatMap((machine) => machine.tags);
    unsubscribe = live.subscribe(tags, (readings) => {
      for (const machine of machines) heard(machine, readings);
    });
    // What is connected already says its present values only once.
    for (const machine of machines) {
      const readings = machine.tags.flatMap((tagId) => {
        const now = live.live(tagId);
        return now === null || now.stale ? [] : [now];
      });
      heard(machine, readings);
    }
  }
  function end(machineId: string, beganAt: number): void {
    const seen: Observation = { kind: 'state', beganAt, state: 'no-data', told: null, alarm: null, clock: 'station' };
    dispatch({ type: 'machine.observe', machineId, seen: [seen] }, null);
  }

  function endAll(now: number): void {
    for (const machine of machines) {
      judgeBad(machine);
      write(machine, [...machine.observer.tick(now), ...machine.observer.end()]);
    }
  }

  function start(): () => void {
    const before = file.read();
    watch(before?.until ?? null, new Map(Object.entries(before?.baselines ?? {})));
    timer = clock.setTimer(tickMs, tick);
    const stops = [
      devices.onChange.listen(devicesChanged),
      catalogue.changed.listen(() => {
        const files = catalogue.machines.filter(({ station }) => station === stationId);
        const same = JSON.stringify(files) === JSON.stringify(machines.map((machine) => machine.file));
        if (same) return;
        endAll(clock.now());
        watch(clock.now(), new Map(machines.map(({ file: { id }, observer }) => [id, observer.baselines])));
      }),
      core.appended.listen((events) => {
        if (events.some(({ type }) => /^(?:execution|work-order)\./.test(type))) runningChanged();
        // A person told the state of a machine, or a time of it anew.
        if (events.some(({ type, commandId }) => type.startsWith('slice') && commandId !== null))
          for (const {
            observer,
            file: { id },
          } of machines)
            observer.written(openOf(id));
      }),
    ];

    return () => {
      timer?.cancel();
      unsubscribe();
      for (const stop of stops) stop();
      const now = clock.now();
      endAll(now);
      // From here on nobody looks.
      for (const machine of machines) if (openOf(machine.file.id) !== null) end(machine.file.id, now);
      remember(now);
      machines = [];
    };
  }

  return {
    start,
    counted,
    pending(machineId) {
      const machine = machines.find(({ file: { id } }) => id === machineId);
      const count = machine?.observer.pending ?? null;
      return count === null ? null : { ...count, machineId, context };
    },
  };
}

const tagsOf = ({ state, counts, alarm }: MachineFile): readonly string[] => [
  ...new Set(
    [...stateTags(state), counts?.produced.tag, counts?.good?.tag, counts?.scrap?.tag, alarm].filter(
      (tag) => tag !== undefined,
    ),
  ),
];

type Last = { readonly to: number; readonly counter: { readonly last: number } };

/** The newest of what the log and the file say: the log may be ahead of a file that is written every ten seconds. */
function baselinesOf(known: Baselines | null, last: Last | null, judged: Last | null): Baselines {
  const newer = (one: Baselines['produced'], of: Last | null): Baselines['produced'] =>
    of !== null && (one === null || of.to >= one.at) ? { at: of.to, value: of.counter.last } : one;
  return { produced: newer(known?.produced ?? null, last), judged: newer(known?.judged ?? null, judged) };
}
