/** Which node each tag is on the server of now, and which tags the server does not have. */
import type { DeviceProblem, TagBinding } from '#contract/driver.ts';
import { parseAddress, resolveAddress } from './address.ts';
import type { ServerFacts } from './facts.ts';
import { type Grants, itemRequests, judgeGrants } from './grants.ts';
import type { OpcuaSettings } from './manifest.ts';
import type { Target } from './operations.ts';
import type { RawSession, Subscription } from './subscription.ts';

export interface Refused {
  readonly tag: number;
  readonly problem: DeviceProblem;
  readonly status: string;
}
export interface Subscribed {
  readonly grants: Grants;
  /** Not known to be refused before. */
  readonly refused: readonly Refused[];
}

export class Nodes {
  readonly #tags: readonly TagBinding[];
  readonly #settings: OpcuaSettings;
  #nodeIds: (string | null)[] = [];
  #unknown = new Set<number>();

  constructor(tags: readonly TagBinding[], settings: OpcuaSettings) {
    this.#tags = tags;
    this.#settings = settings;
  }

  get unknownCount(): number {
    return this.#unknown.size;
  }

  /** @returns null when the server does not have the node. */
  target(tag: number): Target | null {
    const nodeId = this.#nodeIds[tag];
    const binding = this.#tags[tag];
    if (!nodeId || binding === undefined || this.#unknown.has(tag)) return null;
    return { tag, type: binding.type, nodeId };
  }

  /** In a new session: indexes may have moved. @throws when the request as a whole failed. */
  async subscribeAll(session: RawSession, subscription: Subscription, facts: ServerFacts): Promise<Subscribed> {
    this.#unknown = new Set();
    this.#nodeIds = this.#tags.map((tag) => this.#resolve(tag, facts));
    return await this.#subscribe(session, subscription, facts, [...this.#tags.keys()]);
  }

  /** Those that the server did not have; the others keep what they were resolved to. */
  async subscribeUnknown(session: RawSession, subscription: Subscription, facts: ServerFacts): Promise<Subscribed> {
    const wanted = [...this.#unknown];
    for (const tag of wanted) {
      const binding = this.#tags[tag];
      this.#nodeIds[tag] = binding === undefined ? null : this.#resolve(binding, facts);
    }
    return await this.#subscribe(session, subscription, facts, wanted);
  }

  #resolve({ address }: TagBinding, facts: ServerFacts): string | null {
    const parsed = parseAddress(address);
    return typeof parsed === 'string' ? null : resolveAddress(parsed, facts.namespaces);
  }

  async #subscribe(
    session: RawSession,
    subscription: Subscription,
    facts: ServerFacts,
    wanted: readonly number[],
  ): Promise<Subscribed> {
    const requests = itemRequests(this.#tags, wanted, this.#nodeIds);
    const results = await subscription.addItems(session, requests, facts.itemsPerCall);
    const grants = judgeGrants(requests, results, subscription, this.#settings);
    const refused: Refused[] = [
      ...wanted
        .filter((tag) => this.#nodeIds[tag] === null)
        .map((tag): Refused => ({ tag, problem: 'namespace-unknown', status: 'BadNodeIdUnknown' })),
      ...grants.failed.map(({ tag, status }): Refused => ({ tag, problem: 'address-unknown', status })),
    ];
    const before = this.#unknown;
    this.#unknown = new Set(refused.map(({ tag }) => tag));
    return { grants, refused: refused.filter(({ tag }) => !before.has(tag)) };
  }
}
