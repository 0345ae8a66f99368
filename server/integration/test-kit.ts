/** A receiver that can fail in every way, and events of a station, for the tests of the outbox. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { integrationTargetSchema, type IntegrationTarget } from '#contract/config/integration.ts';
import type { BodyOf, EventType } from '#contract/events/index.ts';
import type { Happened } from '#domain/happened.ts';
import { deliveryTimes, type DeliveryTimes } from './outbox/deliver.ts';

export interface Received {
  readonly key: string;
  readonly kind: string;
  readonly number: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly at: number;
}

/** What the receiver does with one request: an answer, silence, or a cut in the middle. */
export type Behaviour =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | 'hang'
  | 'cut-before-answer'
  | 'cut-in-answer'
  | 'endless-answer';

/** A real HTTP server. `taken` are the requests that it answered with 2xx (or cut after it had taken them). */
export class Receiver {
  readonly taken: Received[] = [];
  readonly asked: Received[] = [];
  /** Highest number of requests with one lane's key under way at once, and of all. */
  mostAtOnce = 0;
  behaviour: (request: Received) => Behaviour | Promise<Behaviour> = () => ({ status: 200 });
  readonly #server: Server;
  #underWay = 0;

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(port = 0): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(port, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/in`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#underWay += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#underWay);
    response.once('close', () => (this.#underWay -= 1));
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const received: Received = {
      key: String(request.headers['idempotency-key']),
      kind: String(request.headers['linewright-kind']),
      number: Number(request.headers['linewright-number']),
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
      at: Date.now(),
    };
    this.asked.push(received);
    const behaviour = await this.behaviour(received);
    if (behaviour === 'hang') return;
    if (behaviour === 'cut-before-answer') {
      request.socket.destroy();
      return;
    }
    if (behaviour === 'cut-in-answer') {
      this.taken.push(received);
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half');
      setTimeout(() => request.socket.destroy(), 20);
      return;
    }
    if (behaviour === 'endless-answer') {
      this.taken.push(received);
      response.writeHead(200);
      const more = (): void => void response.write('x'.repeat(1_000), () => setImmediate(more));
      response.on('error', () => undefined);
      more();
      return;
    }
    if (behaviour.status >= 200 && behaviour.status < 300) this.taken.push(received);
    response.writeHead(behaviour.status, behaviour.headers).end(behaviour.body ?? '');
  }
}

/** Everything fast, so that a day of retries passes in a second. */
export const fastTimes: DeliveryTimes = {
  ...deliveryTimes,
  firstPauseMs: 20,
  longestPauseMs: 200,
  firstOpenMs: 50,
  longestOpenMs: 200,
  pollMs: 100,
  leaseMarginMs: 500,
};

export const testTarget = (url: string, more: Partial<IntegrationTarget> = {}): IntegrationTarget =>
  integrationTargetSchema.parse({ id: 'erp', url, timeoutMs: 15_000, ...more });

export function happened<T extends EventType>(
  type: T,
  body: BodyOf<T>,
  more: { readonly at?: number; readonly stationId?: string; readonly person?: string } = {},
): Happened {
  const { at = Date.UTC(2026, 10, 25, 12), stationId = 'ST10', person = 'nora' } = more;
  return { type, body, at, stationId, actor: { kind: 'person', id: person } } as unknown as Happened;
}

/** A unit's whole way through one operation. */
export function runOf(serial: string, orderId = 'WO-1', at = Date.UTC(2026, 10, 25, 12)): Happened[] {
  const executionId = `x-${serial}`;
  const step = { executionId, stepId: 's1', attempt: 1 };
  return [
    happened(
      'unit.created',
      { serial, orderId, materialId: 'P', definitionId: 'P', revision: 'A', passed: [] },
      { at },
    ),
    happened(
      'execution.started',
      { executionId, serial, orderId, definition: { id: 'P', revision: 'A', hash: '' }, operationId: '10' },
      { at: at + 1_000 },
    ),
    happened(
      'component.fitted',
      { ...step, bomLine: '10', materialId: 'H', lot: 'L-7', componentSerial: null, code: 'c', entry: 'scanned' },
      { at: at + 2_000 },
    ),
    happened(
      'measurement.recorded',
      {
        ...step,
        characteristicId: 'bore',
        index: 1,
        reading: {
          value: 24.01,
          unit: 'mm',
          entry: 'device',
          deviceId: 'calliper',
          tagId: null,
          quality: 'good',
          status: 'Good',
          sourceAt: null,
          receivedAt: at + 3_000,
        },
        gaugeId: null,
        nominal: 24,
        lower: 23.98,
        upper: 24.03,
        acceptance: null,
        verdict: 'ok',
      },
      { at: at + 3_000 },
    ),
    happened('execution.passed', { executionId, serial, operationId: '10' }, { at: at + 4_000 }),
    happened('unit.completed', { serial, orderId }, { at: at + 4_000 }),
  ];
}
