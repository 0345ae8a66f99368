/** Calls for help and the stack light of the station. */
import type { AndonView } from '#contract/rpc/andon.ts';
import type { MachineState } from '#contract/machine-state.ts';
import { stackLight, type StackLight } from '#domain/andon/light.ts';
import type { Core } from '#station/core/index.ts';
import { readOpenExecution } from '#station/store/projections/aggregates.ts';
import { Signal } from '#station/streams/signal.ts';
import { escalateCalls } from './escalations.ts';
import { followCalls } from './follow-calls.ts';
import { Lamps } from './lamps.ts';
import { callRow, kindViews } from './view.ts';

export interface AndonFeature {
  readonly changed: Signal<void>;
  view(): AndonView;
  /** Call once, after the devices were started. */
  start(): void;
  /** The lamps go dark. */
  stop(): Promise<void>;
}

/** @param machineStates of the machines that this station watches, as they are now. */
export function createAndon(core: Core, machineStates: () => readonly MachineState[]): AndonFeature {
  const changed = new Signal<void>((error) => core.log.error({ err: error }, 'a reader of calls failed'));
  const stops: (() => void)[] = [];
  let lamps: Lamps | null = null;
  let lampTags = '';
  let revision = 1;

  const light = (): StackLight => {
    const facts = core.facts();
    const run = readOpenExecution(core.read, core.stationId);
    return stackLight({
      states: machineStates(),
      work: run === null ? 'free' : run.status === 'failed' ? 'failed' : 'in-work',
      signal: facts.control.openSignals().length > 0,
      calls: facts.andon
        .open()
        .filter(({ raised }) => raised.stationId === facts.station.id)
        .map(({ answered }) => ({ answered: answered !== null })),
    });
  };
  const tell = (): void => {
    revision += 1;
    lamps?.show(light().lamps);
    changed.emit();
  };
  /** Another andon.yaml may name other tags. */
  const wire = (): void => {
    const tags = core.catalogue.andon?.lights.find(({ station }) => station === core.stationId) ?? null;
    const text = JSON.stringify(tags);
    if (text === lampTags) return;
    lampTags = text;
    void lamps?.stop();
    lamps =
      tags === null
        ? null
        : new Lamps({
            tags,
            deviceOf: (tagId) => core.catalogue.tag(tagId)?.device.id ?? null,
            devices: core.devices,
            clock: core.clock,
            log: core.log,
            changed: () => changed.emit(),
          });
  };

  return {
    changed,
    view() {
      const facts = core.facts();
      const open = facts.andon.open();
      const { lamps: states, unknown } = light();
      return {
        revision,
        kinds: kindViews(open, facts),
        calls: open.map((call) => callRow(call, facts)),
        light: { lamps: states, unknown },
        lampFaults: lamps?.faults ?? [],
      };
    },
    start() {
      stops.push(
        followCalls(core),
        escalateCalls(core),
        core.appended.listen((events) => {
          if (events.some(({ type }) => concerns(type))) tell();
        }),
        core.catalogue.changed.listen(() => {
          wire();
          tell();
        }),
        core.server.documents.onStored((news) => {
          if (news.some(({ kind }) => kind === 'call' || kind === 'signal')) tell();
        }),
      );
      wire();
      tell();
    },
    async stop() {
      for (const stop of stops) stop();
      await lamps?.stop();
    },
  };
}

/** Facts that calls and lamps follow. */
const concerns = (type: string): boolean => /^(?:call|signal|execution|step|slice|slices|unit)\./.test(type);
