/** Other systems, put together: the REST interface, the outbox with its workers, the drop folder, dead letters. */
import { keptDays, type Integration } from '#contract/config/integration.ts';
import type { GiveWay } from '../give-way.ts';
import type { App } from '../http/app.ts';
import type { Metrics } from '../http/metrics.ts';
import type { OrderService } from '../orders/port.ts';
import { orderFacts } from '../orders/read.ts';
import { repeat } from '../repeat.ts';
import { b2mmlContext } from './b2mml-context.ts';
import { DropFolder } from './drop/drop-folder.ts';
import { createDeadLetters, type DeadLetters } from './outbox/dead-letters.ts';
import { Deliverer, deliveryTimes } from './outbox/deliver.ts';
import { outboxChannel, type Receiver } from './outbox/enqueue.ts';
import { Follower } from './outbox/follow.ts';
import { createCallFold } from './outbox/calls.ts';
import { createErpFold, type ErpFold } from './outbox/fold.ts';
import type { IntegrationPorts } from './ports.ts';
import { registerApi } from './rest/api.ts';
import { removeOld } from './outbox/retention.ts';
import { forgetOld } from './rest/idempotency.ts';
import { receiversIn, tellingOrders } from './tell-orders.ts';

export interface IntegrationOptions {
  readonly ports: IntegrationPorts;
  /** `--drop`; null: no drop folder. */
  readonly dropFolder: string | null;
  /** Where secrets are, by the names in integration.yaml. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly metrics: Metrics;
  /** Channel on which the arrival of events is told. */
  readonly eventsChannel: string;
  readonly giveWay: GiveWay;
}

export interface IntegrationParts {
  /** To be used by everybody who changes orders, so that other systems hear of it. */
  readonly orders: OrderService;
  readonly deadLetters: DeadLetters;
  /** Adds `/api`. */
  register(app: App): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const sweepEveryMs = 3_600_000;

export function createIntegration(options: IntegrationOptions): IntegrationParts {
  const { environment } = options;
  const settings = (): Integration | null => options.ports.configuration().integration ?? null;
  const receivers = (): readonly Receiver[] => receiversIn(options.ports.configuration());
  const orders = tellingOrders(options.ports.orders, receivers);
  const ports: IntegrationPorts = { ...options.ports, orders };
  const { db, clock, log } = ports;
  const b2mml = b2mmlContext(ports.configuration);

  const now = (): number => clock.now();
  const withPersons = (): boolean => settings()?.withPersons ?? false;
  const ofOrders = createErpFold({
    receivers,
    withPersons,
    definition: (id, revision) =>
      ports.configuration().definitions.find((each) => each.id === id && each.revision === revision) ?? null,
    ordersOf: orderFacts,
    now,
  });
  const ofCalls = createCallFold({
    receivers,
    withPersons,
    kind: (id) => ports.configuration().andon?.calls.find((each) => each.id === id) ?? null,
    lineOf: (stationId) => ports.configuration().lines.find(({ stations }) => stations.includes(stationId))?.id ?? null,
    now,
  });
  const fold: ErpFold = async (tx, events) => {
    await ofOrders(tx, events);
    await ofCalls(tx, events);
  };
  const follower = new Follower({ db, fold, clock, log, giveWay: options.giveWay });
  const deliverers = (settings()?.targets ?? []).map(
    (target) =>
      new Deliverer({
        db,
        target,
        post: { environment, b2mml, now: () => clock.now() },
        clock,
        log,
        random: Math.random,
        times: deliveryTimes,
      }),
  );
  const drop =
    options.dropFolder === null
      ? null
      : new DropFolder({ folder: options.dropFolder, mode: () => settings()?.drop.mode ?? 'all', ports });
  const removed = options.metrics.counter(
    'outbox_removed_total',
    'Messages to other systems that were removed because they are old',
  );
  const sweep = async (): Promise<void> => {
    await forgetOld(db, clock.now());
    const { messages, notes } = await removeOld(db, settings()?.keepDays ?? keptDays, clock.now());
    if (messages === 0) return;
    removed.add(messages);
    log.info({ messages, notes }, 'old messages to other systems removed');
  };
  let unlisten: (() => Promise<void>) | null = null;
  let sweeping: { cancel(): void } | null = null;

  return {
    orders,
    deadLetters: createDeadLetters(settings, b2mml),
    register: (app) => registerApi(app, ports, options.version),
    async start() {
      const wake = (): void => deliverers.forEach((each) => each.wake());
      unlisten = await db.listen(outboxChannel, wake, wake);
      await follower.start(options.eventsChannel);
      for (const deliverer of deliverers) deliverer.start();
      await drop?.start();
      sweeping = repeat(clock, sweepEveryMs, sweep, log, 'what is old could not be removed');
    },
    async stop() {
      sweeping?.cancel();
      await unlisten?.();
      await drop?.stop();
      await follower.stop();
      await Promise.all(deliverers.map((each) => each.stop()));
    },
  };
}
