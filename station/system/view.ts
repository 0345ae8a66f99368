/** What every screen shows of the station itself. */
import type { Configuration } from '#contract/config/index.ts';
import type { ServerLink } from '#contract/rpc/sync.ts';
import type { SystemView } from '#contract/rpc/system.ts';
import type { HistoryInfo } from '#station/history/history.ts';
import type { StoreInfo } from '#station/store/store.ts';

export interface SystemFacts {
  /** In force now. */
  readonly configuration: Pick<Configuration, 'hash' | 'plant' | 'stations' | 'lines'>;
  readonly stationId: string;
  /** What the server released for this station. */
  readonly released: { readonly state: SystemView['released'] };
  /** Of the program, from package.json. */
  readonly version: string;
  /** UTC ms. */
  readonly startedAt: number;
}

export interface SystemState {
  readonly store: StoreInfo;
  readonly history: HistoryInfo;
  /** UTC ms; null: it records. */
  readonly notRecordedSince: number | null;
  /** UTC ms. */
  readonly now: number;
  readonly clockSteps: number;
  readonly server: ServerLink;
  readonly unsent: SystemView['unsent'];
}

export function systemView(facts: SystemFacts, state: SystemState): SystemView {
  const { store, history, notRecordedSince, now, clockSteps } = state;
  const { plant, stations, lines, hash } = facts.configuration;
  const station = stations.find(({ id }) => id === facts.stationId);
  if (station === undefined) throw new Error(`station ${facts.stationId} is not in the configuration`);
  const line = lines.find(({ stations: members }) => members.includes(facts.stationId));
  return {
    version: facts.version,
    startedAt: facts.startedAt,
    station: {
      id: station.id,
      title: station.title,
      line: line === undefined ? null : { id: line.id, title: line.title },
    },
    plant: {
      id: plant.id,
      title: plant.title,
      timeZone: plant.timeZone,
      language: plant.language,
      demo: plant.demo,
    },
    demoHints: plant.demo ? plant.demoHints : [],
    configHash: hash,
    released: facts.released.state,
    store: {
      state: store.state,
      detail: store.detail,
      path: store.path,
      events: store.events,
      epoch: store.epoch,
      bytes: store.bytes,
      freeBytes: store.freeBytes,
    },
    history: {
      state: history.state,
      detail: history.detail,
      path: history.path,
      bytes: history.bytes,
      notRecordedSince,
      lost: history.loss,
    },
    server: state.server,
    unsent: state.unsent,
    clock: { now, steps: clockSteps },
  };
}
