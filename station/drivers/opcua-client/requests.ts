/** What the station asks of the device: checked against the state of the connection, traced, and handed to the session. */
import type { DataType } from 'node-opcua-client';
import type { DriverArgument, DriverResult } from '#contract/driver.ts';
import type { TagReading, TagValue } from '#contract/reading.ts';
import { parseAddress, resolveAddress } from './address.ts';
import { callMethod, dataTypeOf, readNow, type Target, writeAndReadBack } from './operations.ts';
import { statusOf, textOf } from './problems.ts';
import type { RawSession } from './subscription.ts';

/** What the driver knows of the device at this moment. */
export interface Reach {
  /** Null: nothing may be sent, for the reason `status`. */
  readonly session: RawSession | null;
  readonly status: string;
  readonly namespaces: readonly string[];
  readonly nodesPerRead: number;
  /** Null: the device does not have the node. */
  target(tag: number): Target | null;
}

const refused = (status: string, message: string): DriverResult<never> => ({ ok: false, status, message });
/** A request made while disconnected is refused, never kept for later (design law 4). */
const unreachable = (status: string, what: string): DriverResult<never> =>
  refused(status, `${what}: the device is not connected; nothing was sent`);

export class Requests {
  readonly #reach: () => Reach;
  readonly #trace: (direction: 'in' | 'out', line: string) => void;
  readonly #now: () => number;
  /** A node does not change its type while its server runs. */
  readonly #dataTypes = new Map<number, DataType>();

  constructor(reach: () => Reach, trace: (direction: 'in' | 'out', line: string) => void, now: () => number) {
    this.#reach = reach;
    this.#trace = trace;
    this.#now = now;
  }

  /** The server may be another one now. */
  forgetTypes(): void {
    this.#dataTypes.clear();
  }

  async read(tags: readonly number[]): Promise<DriverResult<readonly TagReading[]>> {
    const reach = this.#reach();
    if (reach.session === null) return unreachable(reach.status, 'read');
    const targets = tags.map((tag) => reach.target(tag)).filter((target) => target !== null);
    if (targets.length < tags.length) {
      return refused('BadNodeIdUnknown', 'read: the device does not have every one of these nodes');
    }
    this.#trace('out', `read ${targets.length} nodes`);
    return await readNow(reach.session, targets, reach.nodesPerRead, this.#now);
  }

  /** @param name what the tag is called in messages. */
  async write(tag: number, name: string, value: TagValue): Promise<DriverResult<TagValue>> {
    const { session, status, target } = this.#reach();
    if (session === null) return unreachable(status, `write ${name}`);
    const node = target(tag);
    if (node === null) return refused('BadNodeIdUnknown', `write ${name}: the device does not have this node`);
    let dataType = this.#dataTypes.get(tag);
    if (dataType === undefined) {
      try {
        dataType = await dataTypeOf(session, node.nodeId);
      } catch (error) {
        return refused(statusOf(error), `write ${name}: nothing was sent (${textOf(error)})`);
      }
      this.#dataTypes.set(tag, dataType);
    }
    this.#trace('out', `write ${name} = ${JSON.stringify(value)}`);
    const result = await writeAndReadBack(session, node, dataType, value);
    this.#trace('in', `write ${name}: ${result.ok ? `holds ${JSON.stringify(result.value)}` : result.status}`);
    return result;
  }

  async call(
    object: string,
    method: string,
    args: readonly DriverArgument[],
  ): Promise<DriverResult<readonly TagValue[]>> {
    const { session, status, namespaces } = this.#reach();
    if (session === null) return unreachable(status, `call ${method}`);
    const [objectId, methodId] = [object, method].map((address) => {
      const parsed = parseAddress(address);
      return typeof parsed === 'string' ? null : resolveAddress(parsed, namespaces);
    });
    if (!objectId || !methodId) {
      return refused('BadMethodInvalid', `call ${method}: the device does not have this node`);
    }
    this.#trace('out', `call ${method}(${args.map(({ value }) => JSON.stringify(value)).join(', ')})`);
    const result = await callMethod(session, objectId, methodId, args);
    this.#trace('in', `call ${method}: ${result.ok ? JSON.stringify(result.value) : result.status}`);
    return result;
  }
}
