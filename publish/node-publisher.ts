/**
 * Publishes one edge node for ever: takes the right to speak for it, connects, is born, and goes through the facts of its
 * stations from where they were published last. A cursor moves only when the broker has what lies before it, so an outage
 * of the broker or of whoever publishes loses nothing, and nothing waits in memory but one page.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Access } from './access.ts';
import type { Broker, OpenBroker } from './broker.ts';
import { EdgeNode, deathOf, deathTopic, type NodeNames } from './edge-node.ts';
import { changesOf, type Value } from './metrics.ts';
import { problemOf } from './publish-error.ts';
import type { PublishStore } from './publish-store.ts';
import { shiftDocument, shiftTopic, shiftValues, type ShiftFigures } from './shift-figures.ts';

/** Events of one round. */
const perRound = 500;
/** A fact that is published later than this after it happened is history to whoever listens. */
const lateMs = 60_000;
/** What happens within it goes out together: a round costs about the same for one fact as for a hundred. */
const gatherMs = 400;
/** Values of shifts that go out at once: facts do not wait for those of a whole line. */
const shiftValuesAtOnce = 100;
/** How often the right to speak is taken again, and silent stations are looked for. */
const lookMs = 2_000;
/** While another instance speaks, how often it is looked whether it still does. */
const askMs = 1_000;

export interface NodeParts {
  readonly store: PublishStore;
  /** Of machines' shifts; left out: none are published. */
  readonly figures?: ShiftFigures;
  /** How often they are told at most, ms. */
  readonly figuresMs?: number;
  readonly log: {
    info(about: object, text: string): void;
    warn(about: object, text: string): void;
  };
  readonly now: () => number;
  readonly names: NodeNames;
  readonly access: () => Access;
  readonly openBroker: OpenBroker;
  /** Pause before connecting again: doubles from the first to the second, ms. */
  readonly againMs?: readonly [first: number, most: number];
}

export class NodePublisher {
  readonly #parts: NodeParts;
  readonly #nodeId: string;
  #ended = new AbortController();
  #working: Promise<void> = Promise.resolve();
  #wake: () => void = () => undefined;
  #called = false;

  constructor(parts: NodeParts) {
    this.#parts = parts;
    this.#nodeId = `${parts.names.group}/${parts.names.node}`;
  }

  start(): void {
    this.#working = this.#run();
  }

  /** Something arrived. */
  wake(): void {
    this.#called = true;
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    this.wake();
    await this.#working;
  }

  async #run(): Promise<void> {
    const { log, store, againMs = [500, 10_000] } = this.#parts;
    let waitMs = againMs[0];
    let told = '';
    while (!this.#ended.signal.aborted) {
      let restMs = askMs;
      try {
        const bdSeq = await store.take();
        if (bdSeq !== null) {
          restMs = waitMs;
          waitMs = Math.min(waitMs * 2, againMs[1]);
          await this.#session(bdSeq, () => {
            restMs = waitMs = againMs[0];
            if (told !== '') log.info({ node: this.#nodeId }, 'published again');
            told = '';
          });
        }
      } catch (error) {
        const why = error instanceof Error ? error : new Error(String(error));
        // Once per reason: a broker that is down for a night is one line, not ten thousand.
        if (why.message !== told)
          log.warn({ node: this.#nodeId, problem: why.message }, 'not published now; tried again');
        told = why.message;
        await store.tell({ state: 'failing', problem: problemOf(why), detail: why.message }).catch(() => undefined);
        // Perhaps another instance reaches the broker.
        await store.release().catch(() => undefined);
      }
      await pause(restMs, undefined, { signal: this.#ended.signal }).catch(() => undefined);
    }
    await store.release().catch(() => undefined);
  }

  async #session(bdSeq: number, begun: () => void): Promise<void> {
    const { names, access, now, openBroker, store } = this.#parts;
    const broker = await openBroker({
      ...access(),
      clientId: `linewright-${names.group}-${names.node}`,
      will: names.sparkplug ? { topic: deathTopic(names), payload: deathOf(bdSeq, now()) } : null,
    });
    // Not before: what arrives while the broker is waited for is no news any more when it answers.
    const bornAt = now();
    try {
      const node = new EdgeNode(names, broker, bdSeq, now);
      node.onRebirth = () => this.wake();
      broker.onClosed(() => this.wake());
      await store.begin();
      await node.begin(await store.held());
      begun();
      await store.tell({ state: 'published', problem: null, detail: '' });
      await this.#publish(node, broker, bornAt);
    } finally {
      await broker.close(true);
    }
  }

  async #publish(node: EdgeNode, broker: Broker, bornAt: number): Promise<void> {
    const { figuresMs = 5_000 } = this.#parts;
    let [lookedAt, figuredAt] = [-Infinity, -Infinity];
    const figured = new Map<string, string>();
    /** What was told as history and is current: told as such when the backlog ends. */
    const owed = new Map<string, Value>();
    while (broker.open && !this.#ended.signal.aborted) {
      this.#called = false;
      if (performance.now() - lookedAt >= lookMs) {
        lookedAt = performance.now();
        await this.#parts.store.hold();
        await this.#look(node);
      }
      if (node.rebirthAsked) await node.birth();
      const published = await this.round(node, bornAt, owed);
      if (published === perRound) continue;
      if (owed.size > 0) {
        await node.tell([...owed.values()].map((value) => ({ ...value, historical: false })));
        owed.clear();
      }
      if (broker.open && performance.now() - figuredAt >= figuresMs) {
        figuredAt = performance.now();
        await this.#figure(node, figured, () => this.round(node, bornAt, owed));
      }
      if (published > 0 && broker.open)
        await pause(gatherMs, undefined, { signal: this.#ended.signal }).catch(() => undefined);
      else if (!this.#called && broker.open) await this.#rest();
    }
    if (!broker.open) broker.failed();
  }

  #rest(): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, 1_000);
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }

  /** @returns events that were published and acknowledged; 0: there is nothing new. Public for the bench. */
  async round(node: Pick<EdgeNode, 'tell' | 'settled'>, bornAt: number, owed: Map<string, Value>): Promise<number> {
    const { store } = this.#parts;
    const page = await store.page(perRound);
    if (page.facts.length === 0) return 0;
    const told = new Set(page.facts.flatMap(({ event }) => (event === null ? [] : [event.stationId])));
    const newest = new Map(
      [...(await store.held([...told]))].map(([stationId, values]) => [
        stationId,
        new Map(values.map((one) => [one.name, one])),
      ]),
    );
    const changes: (Value & { historical: boolean })[] = [];
    for (const { event, receivedAt } of page.facts) {
      if (event === null) continue;
      const station = newest.get(event.stationId) ?? new Map<string, Value>();
      newest.set(event.stationId, station);
      const historical = receivedAt < bornAt || event.at < receivedAt - lateMs;
      for (const change of changesOf(event, (name) => station.get(name)?.value ?? null)) {
        station.set(change.name, change);
        changes.push({ ...change, historical });
        const key = `${change.stationId}/${change.name}`;
        if (historical) owed.set(key, change);
        else owed.delete(key);
      }
    }
    await node.tell(changes);
    await node.settled();
    await page.keep([...new Map(changes.map((change) => [`${change.stationId}/${change.name}`, change])).values()]);
    return page.facts.length;
  }

  /**
   * Shifts of machines: those that ended or were told anew as history, with the instant of their end, and behind them what is
   * current. @param told what was told as current last, by machine. @param between publishes facts that came meanwhile
   */
  async #figure(node: EdgeNode, told: Map<string, string>, between: () => Promise<unknown>): Promise<void> {
    const { figures, store } = this.#parts;
    if (figures === undefined) return;
    const { ended, underWay, gone, keep } = await figures.read((stationId) => node.isAlive(stationId));
    const anew = new Set(ended.map(({ machineId }) => machineId));
    const current = underWay.flatMap((shift) => {
      const values = shiftValues(shift);
      const text = JSON.stringify(values.map(({ value }) => value));
      if (told.get(shift.machineId) === text && !anew.has(shift.machineId)) return [];
      told.set(shift.machineId, text);
      return values;
    });
    const history = ended.flatMap((shift) => shiftValues(shift));
    if (history.length + current.length + gone.length === 0) return keep();
    await node.tell(history.map((value) => ({ ...value, historical: true })));
    for (let from = 0; from < current.length; from += shiftValuesAtOnce) {
      const some = current.slice(from, from + shiftValuesAtOnce);
      await node.tell(some.map((value) => ({ ...value, historical: false })));
      await between();
    }
    for (const shift of ended) await node.tellDocument(shift.stationId, shiftTopic(shift), shiftDocument(shift));
    for (const shift of gone) await node.tellDocument(shift.stationId, shiftTopic(shift), null);
    await node.settled();
    await store.hold();
    await keep();
  }

  /** Stations that went silent or are heard again. */
  async #look(node: EdgeNode): Promise<void> {
    for (const [stationId, heard] of await this.#parts.store.heard()) {
      if (heard) await node.alive(stationId);
      else await node.death(stationId);
    }
  }
}
