/**
 * One subscription with its own publish loop. node-opcua's ClientSubscription is not used: its automatic repair takes a
 * keep-alive's sequence number for one it has received (and so loses the first message after a quiet time when the
 * network goes then), re-creates items with node ids of the old namespace table, and says nothing when it failed
 * (node-opcua issues 1059, 674, 474). Sequence numbers: OPC 10000-4, 5.14.1.2 and 6.7.
 */
import {
  AttributeIds,
  type ClientSession,
  type ClientSessionPublishService,
  type ClientSessionRawSubscriptionService,
  DataChangeFilter,
  DataChangeNotification,
  DataChangeTrigger,
  DeadbandType,
  type MonitoredItemNotification,
  MonitoringMode,
  type NotificationMessage,
  PublishRequest,
  RepublishRequest,
  StatusChangeNotification,
  TimestampsToReturn,
} from 'node-opcua-client';
import { statusOf } from './problems.ts';

/** Every session of node-opcua has the raw services; its main interface leaves them out. */
export type RawSession = ClientSession & ClientSessionRawSubscriptionService & ClientSessionPublishService;

export interface ItemRequest {
  /** Becomes the client handle. */
  readonly tag: number;
  readonly nodeId: string;
  /** ms; 0 = every change. */
  readonly samplingMs: number;
  readonly queueSize: number;
  /** Absolute; 0 = none. */
  readonly deadband: number;
}
export interface ItemResult {
  readonly tag: number;
  /** OPC UA status name; `Good` when the item exists now. */
  readonly status: string;
  readonly queueSize: number;
  readonly samplingMs: number;
  /** The server cannot filter by deadband: every change is sent. */
  readonly withoutDeadband: boolean;
}

export interface SubscriptionEvents {
  /** The server said something for this subscription. */
  heard(): void;
  values(items: readonly MonitoredItemNotification[], sequenceNumber: number): void;
  /** The server has no more to send now. */
  drained(): void;
  /** The subscription is gone on the server; the session is not. */
  lost(status: string): void;
  sessionLost(status: string): void;
  /** So many notification messages were sent by the server, not received and not kept for sending again. */
  missing(messages: number): void;
}

export interface SubscriptionSettings {
  readonly publishingIntervalMs: number;
  readonly keepAliveMs: number;
  readonly lifetimeMs: number;
}

/** Publish requests waiting at the server: enough for a burst of full messages over a slow line. */
const pipeline = 8;
const itemsPerCall = 5_000;
/** Sequence numbers run from 1 and skip 0 when they wrap. */
const next = (sequenceNumber: number): number => (sequenceNumber >= 0xffff_ffff ? 1 : sequenceNumber + 1);

const isTransferred = (message: NotificationMessage): boolean =>
  (message.notificationData ?? []).some(
    (one) => one instanceof StatusChangeNotification && one.status.name === 'GoodSubscriptionTransferred',
  );

export class Subscription {
  readonly id: number;
  readonly keepAliveMs: number;
  readonly lifetimeMs: number;
  readonly #events: SubscriptionEvents;
  readonly #timeoutHint: number;
  #session: RawSession | null = null;
  /** Answers that belong to an earlier attachment are not counted as received; the server sends them again. */
  #attachment = 0;
  #outstanding = 0;
  #pipeline = pipeline;
  #expected = 1;
  /** Number of a message that told a status, not values. */
  #spent = 0;
  #acknowledge: { subscriptionId: number; sequenceNumber: number }[] = [];

  private constructor(id: number, keepAliveMs: number, lifetimeMs: number, events: SubscriptionEvents) {
    this.id = id;
    this.keepAliveMs = keepAliveMs;
    this.lifetimeMs = lifetimeMs;
    this.#events = events;
    // The last request of the pipeline waits until all before it were used by keep-alives.
    this.#timeoutHint = Math.max(60_000, keepAliveMs * (pipeline + 2) * 2);
  }

  static async create(
    session: RawSession,
    settings: SubscriptionSettings,
    events: SubscriptionEvents,
  ): Promise<Subscription> {
    const interval = settings.publishingIntervalMs;
    const keepAliveCount = Math.max(1, Math.ceil(settings.keepAliveMs / interval));
    const answer = await session.createSubscription({
      requestedPublishingInterval: interval,
      requestedMaxKeepAliveCount: keepAliveCount,
      requestedLifetimeCount: Math.max(keepAliveCount * 3, Math.ceil(settings.lifetimeMs / interval)),
      maxNotificationsPerPublish: 10_000,
      publishingEnabled: true,
      priority: 10,
    });
    return new Subscription(
      answer.subscriptionId,
      answer.revisedMaxKeepAliveCount * answer.revisedPublishingInterval,
      answer.revisedLifetimeCount * answer.revisedPublishingInterval,
      events,
    );
  }

  /** @returns a result per item, in order. @throws when the request as a whole failed. */
  async addItems(session: RawSession, items: readonly ItemRequest[], perCall: number): Promise<ItemResult[]> {
    const results = await this.#create(session, items, perCall);
    const unfiltered = items.filter(
      (item, at) => item.deadband > 0 && /^Bad(MonitoredItem)?Filter/.test(results[at]?.status ?? ''),
    );
    if (unfiltered.length === 0) return results;
    const again = await this.#create(
      session,
      unfiltered.map((item) => ({ ...item, deadband: 0 })),
      perCall,
    );
    const byTag = new Map(again.map((result) => [result.tag, { ...result, withoutDeadband: true }]));
    return results.map((result) => byTag.get(result.tag) ?? result);
  }

  async #create(session: RawSession, items: readonly ItemRequest[], perCall: number): Promise<ItemResult[]> {
    const size = perCall > 0 ? Math.min(perCall, itemsPerCall) : itemsPerCall;
    const results: ItemResult[] = [];
    for (let from = 0; from < items.length; from += size) {
      const part = items.slice(from, from + size);
      const answer = await session.createMonitoredItems({
        subscriptionId: this.id,
        timestampsToReturn: TimestampsToReturn.Both,
        itemsToCreate: part.map((item) => ({
          itemToMonitor: { nodeId: item.nodeId, attributeId: AttributeIds.Value },
          monitoringMode: MonitoringMode.Reporting,
          requestedParameters: {
            // 0 is a handle like any other, but some servers do not think so.
            clientHandle: item.tag + 1,
            samplingInterval: item.samplingMs,
            queueSize: item.queueSize,
            discardOldest: true,
            filter:
              item.deadband > 0
                ? new DataChangeFilter({
                    trigger: DataChangeTrigger.StatusValue,
                    deadbandType: DeadbandType.Absolute,
                    deadbandValue: item.deadband,
                  })
                : null,
          },
        })),
      });
      part.forEach((item, at) => {
        const result = answer.results?.[at];
        results.push({
          tag: item.tag,
          status: result?.statusCode.name ?? 'BadUnexpectedError',
          queueSize: result?.revisedQueueSize ?? 0,
          samplingMs: result?.revisedSamplingInterval ?? 0,
          withoutDeadband: false,
        });
      });
    }
    return results;
  }

  /** Moves the subscription to a new session. @returns false when the server refuses. @throws when nothing answers. */
  transferTo(session: RawSession): Promise<boolean> {
    const request = { subscriptionIds: [this.id], sendInitialValues: false };
    return new Promise((resolve, reject) => {
      session.transferSubscriptions(request, (error, answer) => {
        if (error) reject(error);
        else resolve(answer?.results?.[0]?.statusCode.isGood() ?? false);
      });
    });
  }

  /** Takes it off the server, where that still has it; nobody waits for the answer. */
  drop(session: RawSession): void {
    this.detach();
    session.deleteSubscriptions({ subscriptionIds: [this.id] }, () => undefined);
  }

  /** Starts (or goes on) asking for notifications over this session. */
  attach(session: RawSession): void {
    this.#session = session;
    this.#attachment += 1;
    this.#outstanding = 0;
    this.#pump();
  }

  /** Nothing is asked for any more, and answers still on the way are left for the server to send again. */
  detach(): void {
    this.#session = null;
    this.#attachment += 1;
  }

  /**
   * After a break, before `attach`: takes what the server sent and we did not get (Republish until there is no more).
   * @returns false when the subscription does not exist any more. @throws when the connection broke again.
   */
  async resume(session: RawSession): Promise<boolean> {
    for (;;) {
      const message = await this.#republish(session, this.#expected);
      if (message === 'none') return true;
      if (message === 'gone') return false;
      const sequenceNumber = this.#expected;
      // A status that was meant for the session before is history now; the number is spent either way.
      if (isTransferred(message)) this.#acknowledge.push({ subscriptionId: this.id, sequenceNumber });
      else this.#take(message);
      this.#expected = next(sequenceNumber);
    }
  }

  #republish(session: RawSession, sequenceNumber: number): Promise<NotificationMessage | 'none' | 'gone'> {
    const request = new RepublishRequest({ subscriptionId: this.id, retransmitSequenceNumber: sequenceNumber });
    return new Promise((resolve, reject) => {
      session.republish(request, (error, answer) => {
        const status = error ? statusOf(error) : (answer?.responseHeader.serviceResult.name ?? 'BadUnexpectedError');
        if (status === 'Good' && answer) return resolve(answer.notificationMessage);
        if (status === 'BadMessageNotAvailable') return resolve('none');
        // A server without Republish has nothing to send again; what it still queues comes with Publish.
        if (status === 'BadServiceUnsupported' || status === 'BadNotImplemented') return resolve('none');
        const answered =
          answer !== undefined || (error as { readonly response?: unknown } | null)?.response !== undefined;
        // Whatever else a server answers: its subscription cannot be gone on with.
        if (answered && !status.startsWith('BadSession')) return resolve('gone');
        reject(error ?? new Error(status));
      });
    });
  }

  #pump(): void {
    while (this.#session !== null && this.#outstanding < this.#pipeline) this.#publish(this.#session);
  }

  #publish(session: RawSession): void {
    const attachment = this.#attachment;
    const acknowledged = this.#acknowledge;
    this.#acknowledge = [];
    this.#outstanding += 1;
    const request = new PublishRequest({
      requestHeader: { timeoutHint: this.#timeoutHint },
      subscriptionAcknowledgements: acknowledged,
    });
    session.publish(request, (error, answer) => {
      if (attachment !== this.#attachment) return;
      this.#outstanding -= 1;
      if (error || !answer) return this.#failed(statusOf(error), error);
      this.#events.heard();
      try {
        // Another subscription of this session can only be one that a repair left behind.
        if (answer.subscriptionId !== this.id) return;
        this.#take(answer.notificationMessage);
        if (!answer.moreNotifications) this.#events.drained();
      } catch (defect) {
        // node-opcua swallows what its callbacks throw; a listener's defect must not go unseen.
        queueMicrotask(() => {
          throw defect;
        });
      } finally {
        this.#pump();
      }
    });
  }

  #failed(status: string, error: unknown): void {
    // Only an answer of the server says that it lives; a time-out or a broken channel does not.
    const answered = (error as { readonly response?: unknown } | null)?.response !== undefined;
    if (answered) this.#events.heard();
    switch (status) {
      case 'BadNoSubscription':
      case 'BadSubscriptionIdInvalid':
        return this.#events.lost(status);
      case 'BadSessionIdInvalid':
      case 'BadSessionClosed':
      case 'BadSessionNotActivated':
        return this.#events.sessionLost(status);
      case 'BadTooManyPublishRequests':
        this.#pipeline = Math.max(1, this.#outstanding);
        return;
      case 'BadTimeout':
        return this.#pump();
      default:
        // The channel is broken: its end is reported by the connection.
        if (answered) this.#pump();
    }
  }

  #take(message: NotificationMessage): void {
    const data = message.notificationData ?? [];
    const status = data.find((one) => one instanceof StatusChangeNotification)?.status;
    const ahead = (message.sequenceNumber - this.#expected) >>> 0;
    if (data.length === 0) {
      // A keep-alive carries the number of the next message, which has not been sent yet.
      if (ahead > 0 && ahead < 0x8000_0000) this.#fill(ahead, message.sequenceNumber);
      return;
    }
    if (status !== undefined && data.length === 1) return this.#statusChanged(status.name, message.sequenceNumber);
    this.#acknowledge.push({ subscriptionId: this.id, sequenceNumber: message.sequenceNumber });
    if (ahead >= 0x8000_0000) return; // received before
    if (ahead > 0) this.#fill(ahead, message.sequenceNumber);
    this.#expected = next(message.sequenceNumber);
    this.#deliver(message);
  }

  #deliver(message: NotificationMessage): void {
    for (const notification of message.notificationData ?? []) {
      if (notification instanceof DataChangeNotification) {
        this.#events.values(notification.monitoredItems ?? [], message.sequenceNumber);
      }
    }
  }

  /** Whether such a message takes a number of the subscription differs between servers: it may be missing afterwards. */
  #statusChanged(status: string, sequenceNumber: number): void {
    this.#spent = sequenceNumber;
    // Sent when the session ends and leaves its subscriptions for another one: a new session can have it back.
    if (status === 'GoodSubscriptionTransferred') this.#events.sessionLost(status);
    else if (status !== 'Good') this.#events.lost(status);
  }

  /** Messages were skipped on a living connection: asks for them again; they come later than their followers. */
  #fill(count: number, upTo: number): void {
    const session = this.#session;
    let wanted = this.#expected;
    this.#expected = upTo;
    if (count === 1 && wanted === this.#spent) return;
    const run = async (): Promise<void> => {
      let missing = 0;
      // A server keeps a bounded number of messages; asking for more than that is of no use.
      if (count > 1_000 || session === null) missing = count;
      else {
        for (let at = 0; at < count; at++, wanted = next(wanted)) {
          const message = await this.#republish(session, wanted);
          if (typeof message === 'string') missing += 1;
          else {
            this.#acknowledge.push({ subscriptionId: this.id, sequenceNumber: wanted });
            this.#deliver(message);
          }
        }
      }
      if (missing > 0) this.#events.missing(missing);
    };
    run().catch(() => this.#events.missing(count));
  }
}
