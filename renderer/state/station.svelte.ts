/** What every screen needs of the station, subscribed once for the whole life of the page. */
import type { AndonView } from '#contract/rpc/andon.ts';
import type { BenchView } from '#contract/rpc/bench.ts';
import type { ControlState } from '#contract/rpc/control.ts';
import type { ExecutionView } from '#contract/rpc/execution.ts';
import type { GaugesState } from '#contract/rpc/gauges.ts';
import type { MachinesState } from '#contract/rpc/machines.ts';
import type { PeopleView } from '#contract/rpc/people.ts';
import type { ScanOutcome } from '#contract/rpc/scan.ts';
import type { Settings } from '#contract/rpc/settings.ts';
import type { SystemView } from '#contract/rpc/system.ts';
import type { Permission } from '#contract/permissions.ts';
import type { StopsWatch } from '#contract/rpc/stops.ts';
import { localized, speech } from '../i18n/index.svelte.ts';
import { startKeyboard } from './keyboard.svelte.ts';
import { client, link } from './link.svelte.ts';
import { Live } from './live.svelte.ts';
import { setPaperHead } from './paper.svelte.ts';
import { heardScan, scanStrip } from './scans.svelte.ts';
import { applySettings } from './settings.svelte.ts';
import { setStationClock, startTicking } from './time.svelte.ts';

const untitled = { en: '', de: '' };

class Station {
  /** From the heartbeat. */
  system = $state.raw<SystemView | null>(null);
  readonly people: Live<PeopleView>;
  readonly execution: Live<ExecutionView>;
  readonly control: Live<ControlState>;
  readonly gauges: Live<GaugesState>;
  readonly nonconformances: Live<{ readonly revision: number; readonly open: number }>;
  readonly machines: Live<MachinesState>;
  readonly stops: Live<StopsWatch>;
  readonly bench: Live<BenchView>;
  readonly andon: Live<AndonView>;
  readonly settings: Live<Settings>;
  readonly scans: Live<ScanOutcome | null>;

  constructor() {
    link.onHeartbeat((view) => {
      this.system = view;
      setStationClock(view.clock.now);
    });
    this.people = new Live<PeopleView>((options) => client.people.watch(undefined, options));
    this.execution = new Live<ExecutionView>((options) => client.execution.watch(undefined, options));
    this.control = new Live<ControlState>((options) => client.control.watch(undefined, options));
    this.gauges = new Live<GaugesState>((options) => client.gauges.watch(undefined, options));
    this.nonconformances = new Live((options) => client.nonconformances.watch(undefined, options));
    this.stops = new Live<StopsWatch>((options) => client.stops.watch(undefined, options));
    this.machines = new Live<MachinesState>((options) => client.machines.watch(undefined, options));
    this.andon = new Live<AndonView>((options) => client.andon.watch(undefined, options));
    this.bench = new Live<BenchView>((options) => client.bench.watch(undefined, options));
    this.settings = new Live<Settings>((options) => client.settings.watch(undefined, options));
    this.scans = new Live<ScanOutcome | null>((options) => client.scan.watch(undefined, options), heardScan);
  }

  get person(): PeopleView['person'] {
    return this.people.value?.person ?? null;
  }
  /** Everything needed for a first picture is there. */
  get known(): boolean {
    return this.system !== null && this.people.value !== undefined && this.settings.value !== undefined;
  }
  may(permission: Permission): boolean {
    return this.person?.permissions.includes(permission) ?? false;
  }
}
export const station = new Station();

export function startStation(): void {
  startTicking();
  setPaperHead(() => ({
    plant: localized(station.system?.plant.title ?? untitled),
    place: `${station.system?.station.id ?? ''} ${localized(station.system?.station.title ?? untitled)}`.trim(),
    person: station.person?.name ?? null,
  }));
  startKeyboard(
    (text) => void scanStrip.submit(text, 'wedge'),
    () => scanStrip.broken(),
  );
  $effect.root(() => {
    $effect(() => {
      const plant = station.system?.plant;
      const wanted = station.settings.value?.language ?? 'operator';
      speech.timeZone = plant?.timeZone ?? 'UTC';
      speech.language =
        wanted === 'operator' ? (station.person?.language ?? plant?.language ?? browserLanguage()) : wanted;
    });
    $effect(() => applySettings(station.settings.value ?? null));
    $effect(() => {
      document.documentElement.lang = speech.language;
    });
  });
  link.start();
}

function browserLanguage(): 'en' | 'de' {
  return navigator.language.startsWith('de') ? 'de' : 'en';
}
