/** Watches the machines of this station: opens a card when one stands longer than a micro-stop, ends it when it works again. */
import { lookAgainAt, standingsOf } from '#domain/stops/standing.ts';
import type { Core } from '#station/core/index.ts';
import { readStopsUpTo } from '#station/store/projections/stops.ts';
import { calendarOf, slicesSince } from './facts.ts';

/** Slices that nobody looked at before get cards back to here, ms: a machine that had none yet is not asked about for years. */
const furthestBack = 31 * 86_400_000;
/** A timer never waits longer: clocks step, and timers do not hold more than 24 days. */
const longestWait = 3_600_000;

/** Catches up with what happened while the station was off, then follows every new slice and the clock. @returns how to stop. */
export function followMachineStops(core: Core): () => void {
  const { appended, catalogue, clock, dispatch, read, stationId } = core;
  const timers = new Map<string, { cancel(): void }>();
  /** Machine to the earliest instant since which its slices changed. */
  const changed = new Map<string, number>();
  let stopped = false;
  let asked = false;

  const own = (): readonly string[] => catalogue.machines.filter((m) => m.station === stationId).map(({ id }) => id);

  function follow(machineId: string, at: number): void {
    dispatch({ type: 'stop.follow', machineId, at }, null);
    timers.get(machineId)?.cancel();
    timers.delete(machineId);
    const machine = catalogue.machine(machineId);
    if (machine === null) return;
    const now = clock.now();
    const slices = slicesSince(read, machineId, now);
    const [first] = slices;
    if (first === undefined) return;
    const calendar = calendarOf(machineId, first.beganAt, Math.max(now, first.beganAt) + 1, catalogue);
    const open = standingsOf(slices, calendar, now).at(-1);
    // What stands in planned downtime only is looked at again when that ends.
    const stands = slices.at(-1);
    const span = calendarOf(machineId, now, now + 86_400_000, catalogue)[0];
    if (stands === undefined || span === undefined) return;
    const again =
      open?.to === null
        ? lookAgainAt(open, span, machine.stops.microUnderMs, now)
        : span.kind === 'working'
          ? null
          : span.to;
    if (again === null) return;
    const wait = Math.min(Math.max(again - now, 1), longestWait);
    timers.set(
      machineId,
      clock.setTimer(wait, () => follow(machineId, clock.now())),
    );
  }

  /** After whoever told of it has told everybody: what follows is never heard before what it follows from. */
  function later(): void {
    if (asked) return;
    asked = true;
    queueMicrotask(() => {
      asked = false;
      if (stopped) return;
      const all = [...changed];
      changed.clear();
      for (const [machineId, at] of all) follow(machineId, at);
    });
  }
  const note = (machineId: string, at: number): void =>
    void changed.set(machineId, Math.min(changed.get(machineId) ?? Number.POSITIVE_INFINITY, at));

  const catchUp = (): void => {
    for (const machineId of own()) {
      const back = clock.now() - furthestBack;
      follow(machineId, Math.max(readStopsUpTo(read, machineId) ?? back, back));
    }
  };
  catchUp();
  const ends = [
    appended.listen((events) => {
      for (const event of events) {
        if (event.type === 'slice.begun') note(event.body.machineId, event.body.beganAt);
        if (event.type === 'slices.restated') note(event.body.machineId, event.body.from);
      }
      if (changed.size > 0) later();
    }),
    // Shifts, planned stops or the threshold may be others.
    catalogue.changed.listen(() => {
      for (const machineId of own()) note(machineId, clock.now());
      later();
    }),
  ];
  return () => {
    stopped = true;
    for (const end of ends) end();
    for (const timer of timers.values()) timer.cancel();
  };
}
