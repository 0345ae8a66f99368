/** Builds what the rules may know, at one instant. */
import type { Actor } from '#contract/envelope.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import type { Facts } from '#domain/facts.ts';
import { nobody, type Session } from '#domain/people/session.ts';
import type { Station } from '#contract/config/plant.ts';
import { andonFacts } from '#station/andon/facts.ts';
import { containmentFacts } from '#station/containments/facts.ts';
import { handoverFacts } from '#station/handover/facts.ts';
import { nonconformanceFacts } from '#station/nonconformances/facts.ts';
import { benchFacts } from '#station/bench/facts.ts';
import { controlFacts } from '#station/control/facts.ts';
import { gaugeFacts } from '#station/gauges/facts.ts';
import { machineFacts } from '#station/machines/facts.ts';
import { readCases, readFittedIn, readHeardAt, readSession } from '#station/store/projections/aggregates.ts';
import { stopFacts } from '#station/stops/facts.ts';
import { studyFacts } from '#station/studies/facts.ts';
import type { CoreStore, DeviceSource, Ids, LiveSource, ServerLinkSource } from './ports.ts';

export interface FactSources {
  readonly store: Pick<CoreStore, 'read'>;
  readonly station: Station;
  readonly catalogue: Catalogue;
  readonly live: LiveSource;
  readonly devices: DeviceSource;
  readonly ids: Ids;
  readonly link: ServerLinkSource;
  /** UTC ms. */
  readonly startedAt: number;
}

export const sessionOf = (store: Pick<CoreStore, 'read'>): Session => readSession(store.read) ?? nobody;

/** @param actor null: whoever is signed in, else the station itself. */
export function factsAt(sources: FactSources, now: number, actor: Actor | null): Facts {
  const { store, station, catalogue, live, devices, ids, link, startedAt } = sources;
  const { configured, linked, sinceAt, current } = link.serverLink();
  const session = sessionOf(store);
  const signedIn = session.person;
  return {
    now,
    actor: actor ?? (signedIn === null ? { kind: 'system' } : { kind: 'person', id: signedIn.personId }),
    station,
    catalogue,
    session,
    ids: new NewIds(ids),
    reading: (tagId) => live.live(tagId),
    device(deviceId) {
      const condition = devices.condition(deviceId);
      if (condition === null) return null;
      return { state: condition.state, since: devices.since(deviceId) ?? now, pushes: devices.pushes(deviceId) };
    },
    server: { configured, linked, sinceAt: sinceAt ?? startedAt, current },
    bench: benchFacts(store.read, station.id),
    control: controlFacts(store.read, station.id),
    gauges: gaugeFacts(store.read, devices),
    nonconformances: nonconformanceFacts(store.read),
    containments: containmentFacts(store.read),
    andon: andonFacts(store.read),
    handovers: handoverFacts(store.read),
    machines: machineFacts(store.read, station.id),
    stops: stopFacts(store.read, station.id, catalogue),
    studies: studyFacts(store.read),
    cases: (serial) => readCases(store.read, serial),
    heardAt: (serial) => readHeardAt(store.read, serial),
    fittedIn: (materialId, componentSerial) => readFittedIn(store.read, materialId, componentSerial),
  };
}

/** Made when first asked for, then the same: most commands need none. */
class NewIds {
  readonly #ids: Ids;
  readonly #made = new Map<string, string>();
  constructor(ids: Ids) {
    this.#ids = ids;
  }
  get execution(): string {
    return this.#once('execution');
  }
  get hold(): string {
    return this.#once('hold');
  }
  get cycle(): string {
    return this.#once('cycle');
  }
  fresh(what: string): string {
    return this.#once(`fresh ${what}`);
  }
  #once(what: string): string {
    let id = this.#made.get(what);
    if (id === undefined) this.#made.set(what, (id = this.#ids.next()));
    return id;
  }
}
