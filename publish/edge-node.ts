/**
 * One edge node of Sparkplug B (a line) with its devices (the stations) on one connection: births, data, deaths, sequence
 * numbers, aliases (Eclipse Sparkplug 3.0, 6.4), and the plain topics beside them. Holds no queue: what is not
 * acknowledged stays in the database.
 */
import type { Broker } from './broker.ts';
import type { Value } from './metrics.ts';
import { decodePayload, encodeChanges, encodePayload, type Metric } from './payload.ts';

export interface NodeNames {
  readonly group: string;
  readonly node: string;
  /** Of the plain topics, up to the line, e.g. `werk-sued/SUED/PUMPS/L1`; null: none. */
  readonly topics: string | null;
  readonly sparkplug: boolean;
}

/** Metrics in one message; small enough for brokers that limit packets. */
const perMessage = 200;
const atOnce = 10;
const rebirth = 'Node Control/Rebirth';

export const deathTopic = ({ group, node }: NodeNames): string => `spBv1.0/${group}/NDEATH/${node}`;

/** The will of a connection. */
export function deathOf(bdSeq: number, at: number): Buffer {
  return encodePayload(at, null, [{ name: 'bdSeq', at, type: 'int64', value: bdSeq }]);
}

export class EdgeNode {
  readonly #names: NodeNames;
  readonly #broker: Broker;
  readonly #bdSeq: number;
  readonly #now: () => number;
  #seq = 0;
  /** By station and metric; unique on the node. */
  #aliases = new Map<string, Map<string, number>>();
  #lastAlias = 0;
  /** What each station holds now, by name of the metric. */
  readonly #devices = new Map<string, Map<string, Value>>();
  readonly #dead = new Set<string>();
  #rebirthAsked = false;
  /** Called when a host asks for births. */
  onRebirth: () => void = () => undefined;

  constructor(names: NodeNames, broker: Broker, bdSeq: number, now: () => number) {
    this.#names = names;
    this.#broker = broker;
    this.#bdSeq = bdSeq;
    this.#now = now;
    broker.onMessage((topic, payload) => this.#hear(topic, payload));
  }

  get #commands(): string {
    return `spBv1.0/${this.#names.group}/NCMD/${this.#names.node}`;
  }

  /** A host asked for births since the last ones. */
  get rebirthAsked(): boolean {
    return this.#rebirthAsked;
  }

  /** @param devices what each station holds, by station. */
  async begin(devices: ReadonlyMap<string, readonly Value[]>): Promise<void> {
    if (this.#names.sparkplug) await this.#broker.subscribe(this.#commands);
    for (const [stationId, values] of devices) {
      this.#devices.set(stationId, new Map(values.map((value) => [value.name, value])));
    }
    await this.birth();
    await this.#tell([...devices.values()].flat());
  }

  /** NBIRTH and the DBIRTH of every station that lives; numbers and aliases begin again. */
  async birth(): Promise<void> {
    this.#rebirthAsked = false;
    if (!this.#names.sparkplug) return;
    this.#seq = 0;
    this.#aliases = new Map();
    this.#lastAlias = 0;
    const at = this.#now();
    await this.#send('NBIRTH', null, [
      { name: 'bdSeq', at, type: 'int64', value: this.#bdSeq },
      { name: rebirth, at, type: 'boolean', value: false },
    ]);
    for (const stationId of this.#devices.keys()) if (!this.#dead.has(stationId)) await this.#birthOf(stationId);
  }

  /** The station is not heard any more: what was told of it is no longer vouched for. */
  async death(stationId: string): Promise<void> {
    if (this.#dead.has(stationId)) return;
    this.#dead.add(stationId);
    if (this.#names.sparkplug && this.#devices.has(stationId)) await this.#send('DDEATH', stationId, []);
    await this.#tellAlive(stationId, false);
  }

  /** It is heard again. */
  async alive(stationId: string): Promise<void> {
    if (!this.#dead.delete(stationId)) return;
    if (this.#names.sparkplug) await this.#birthOf(stationId);
    await this.#tellAlive(stationId, true);
  }

  /**
   * Publishes changes in their order. Of those that are history hosts keep their current value; what is current is what is
   * told without `historical`, and what births say. A metric that was not born yet makes its station be born anew.
   */
  async tell(changes: readonly (Value & { readonly historical: boolean })[]): Promise<void> {
    const fresh = new Set<string>();
    const byStation = Map.groupBy(changes, ({ stationId }) => stationId);
    for (const [stationId, all] of byStation) {
      const device = this.#devices.get(stationId) ?? new Map<string, Value>();
      this.#devices.set(stationId, device);
      const before = device.size;
      for (const change of all) device.set(change.name, change);
      if (device.size > before) fresh.add(stationId);
    }
    // Nothing may be told of a device that is dead: what told of itself is born again.
    for (const stationId of byStation.keys()) {
      if (this.#dead.has(stationId)) await this.alive(stationId);
      else if (this.#names.sparkplug && fresh.has(stationId)) await this.#birthOf(stationId);
    }
    if (this.#names.sparkplug) {
      for (const [stationId, all] of byStation) {
        const aliases = this.#aliasesOf(stationId);
        for (let from = 0; from < all.length; from += perMessage) {
          const to = Math.min(all.length, from + perMessage);
          await this.#send('DDATA', stationId, (at, seq) =>
            encodeChanges(at, seq, all, from, to, ({ name }) => this.#alias(aliases, name)),
          );
        }
      }
    }
    if (this.#names.topics === null) return;
    const newest = new Map(changes.map((change) => [`${change.stationId}/${change.name}`, change]));
    await this.#tell([...newest.values()]);
  }

  isAlive(stationId: string): boolean {
    return this.#devices.has(stationId) && !this.#dead.has(stationId);
  }

  /** A plain topic of its own, retained. @param document null: it is taken from the broker */
  async tellDocument(stationId: string, name: string, document: object | null): Promise<void> {
    const { topics } = this.#names;
    if (topics === null) return;
    const payload = Buffer.from(document === null ? '' : JSON.stringify(document));
    await this.#broker.publish(`${topics}/${stationId}/${name}`, payload, { qos: 1, retain: true });
  }

  /** Resolves when the broker has everything that was told before; rejects where the connection is gone. */
  async settled(): Promise<void> {
    await this.#broker.subscribe(this.#commands);
  }

  #aliasesOf(stationId: string): Map<string, number> {
    const known = this.#aliases.get(stationId) ?? new Map<string, number>();
    this.#aliases.set(stationId, known);
    return known;
  }

  #alias(aliases: Map<string, number>, name: string): number {
    const known = aliases.get(name);
    if (known !== undefined) return known;
    this.#lastAlias += 1;
    aliases.set(name, this.#lastAlias);
    return this.#lastAlias;
  }

  #birthOf(stationId: string): Promise<void> {
    const values = [...(this.#devices.get(stationId)?.values() ?? [])];
    const aliases = this.#aliasesOf(stationId);
    return this.#send(
      'DBIRTH',
      stationId,
      values.map(({ name, type, value, unit, at }) => ({
        name,
        alias: this.#alias(aliases, name),
        at,
        type,
        value,
        unit,
      })),
    );
  }

  async #send(
    kind: 'NBIRTH' | 'DBIRTH' | 'DDATA' | 'DDEATH',
    stationId: string | null,
    metrics: readonly Metric[] | ((at: number, seq: number) => Buffer),
  ): Promise<void> {
    const { group, node } = this.#names;
    const topic = `spBv1.0/${group}/${kind}/${node}${stationId === null ? '' : `/${stationId}`}`;
    const at = this.#now();
    const payload = typeof metrics === 'function' ? metrics(at, this.#seq) : encodePayload(at, this.#seq, metrics);
    this.#seq = (this.#seq + 1) % 256;
    await this.#broker.publish(topic, payload, { qos: 0, retain: false });
  }

  async #tell(values: readonly Value[]): Promise<void> {
    const { topics } = this.#names;
    if (topics === null) return;
    // A broker takes only so many unacknowledged ones at once (MQTT 5, receive maximum; Mosquitto 20). The next goes out with each
    // acknowledgement: who waited for all of them would wait for the broker's Nagle and our late TCP acknowledgement, 40 ms each time.
    const waiting = values.values();
    const publish = async (): Promise<void> => {
      for (const { stationId, name, value, unit, at } of waiting)
        await this.#broker.publish(
          `${topics}/${stationId}/${name}`,
          Buffer.from(JSON.stringify({ value, ...(unit !== null && { unit }), timestamp_ms: at })),
          { qos: 1, retain: true },
        );
    };
    await Promise.all(Array.from({ length: atOnce }, publish));
  }

  async #tellAlive(stationId: string, alive: boolean): Promise<void> {
    await this.#tell([{ stationId, name: 'Alive', type: 'boolean', value: alive, unit: null, at: this.#now() }]);
  }

  #hear(topic: string, payload: Buffer): void {
    if (topic !== this.#commands) return;
    try {
      const asks = decodePayload(payload).metrics.some(({ name, value }) => name === rebirth && value === true);
      if (!asks) return;
      this.#rebirthAsked = true;
      this.onRebirth();
    } catch {
      // Not a Sparkplug payload: nothing that could be answered.
    }
  }
}
