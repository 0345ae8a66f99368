/** What the tests of the rules share: a small plant with every step type, facts that can be changed, a folded world. */
import { processDefinitionSchema } from '#contract/config/definition.ts';
import { deviceSchema, recipeSchema } from '#contract/config/device.ts';
import type { Configuration, ReleasedDefinition } from '#contract/config/index.ts';
import { lineSchema, ordersSchema, peopleSchema, plantSchema, stationSchema } from '#contract/config/plant.ts';
import type { Localized } from '#contract/config/text.ts';
import type { Actor } from '#contract/envelope.ts';
import type { DomainEvent } from '#contract/events/index.ts';
import type { LiveReading, TagValue } from '#contract/reading.ts';
import { catalogueOf, type Catalogue } from './catalogue.ts';
import type { Command } from './commands.ts';
import type { Decision } from './decision.ts';
import { decideExecution } from './execution/decide.ts';
import { evolveExecution, isOpen, type Execution } from './execution/execution.ts';
import type { DeviceFact, Facts } from './facts.ts';
import { asHappened, type Happened } from './happened.ts';
import { decideOrder } from './orders/decide.ts';
import { evolveOrder, type Order } from './orders/order.ts';
import { decidePeople } from './people/decide.ts';
import { evolveSession, nobody, type Session } from './people/session.ts';
import { decideUnit } from './units/decide.ts';
import { evolveUnit, type Unit } from './units/unit.ts';

export const startAt = Date.UTC(2026, 10, 20, 8, 0, 0);
export const t = (en: string): Localized => ({ en, de: `${en} (de)` });

const step = (id: string, type: string, more: object = {}): object => ({ id, type, title: t(id), ...more });
const plausible = { lower: 0, upper: 100 };

export function testDefinition(more: { revision?: string; status?: string; hash?: string } = {}): ReleasedDefinition {
  const { revision = 'A', status = 'released', hash = `hash-${revision}` } = more;
  const definition = processDefinitionSchema.parse({
    schema: 'linewright/process-definition@1',
    id: 'PUMP',
    revision,
    status,
    material: 'PUMP',
    title: t('Pump'),
    bom: [
      { line: '10', material: 'HSG', quantity: 1, trace: 'lot' },
      { line: '20', material: 'IMP', quantity: 2, trace: 'serial' },
      { line: '30', material: 'NUT', quantity: 4, trace: 'none' },
    ],
    characteristics: [
      { id: 'bore', title: t('Bore'), unit: 'mm', decimals: 2, nominal: 10, lower: 9.9, upper: 10.1, plausible },
      { id: 'force', title: t('Force'), unit: 'kN', decimals: 1, lower: 11, upper: 13 },
    ],
    operations: [
      {
        id: '10',
        title: t('Build'),
        stations: ['ST10'],
        qualification: 'pressing',
        taktMs: 60_000,
        steps: [
          step('read', 'instruction'),
          step('housing', 'scan-component', { bomLine: '10' }),
          step('impeller', 'scan-component', { bomLine: '20' }),
          step('press', 'machine-cycle', {
            device: 'press',
            recipe: 'R1',
            recipeRevision: '1',
            timeoutMs: 30_000,
            results: [{ characteristic: 'force', tag: 'press.force' }],
            onFail: { retries: 1 },
          }),
          step('bore', 'measure', {
            characteristic: 'bore',
            tag: 'gauge.value',
            points: [t('left'), t('right')],
            allowTyped: true,
            onFail: { retries: 2 },
          }),
          step('bore-only-gauge', 'measure', { characteristic: 'bore', tag: 'dial.value', points: [t('top')] }),
        ],
      },
      {
        id: '20',
        title: t('Finish'),
        stations: ['ST10', 'ST20'],
        after: ['10'],
        steps: [
          step('look', 'checklist', { items: [{ id: 'clean', title: t('Clean') }, { id: 'dry', title: t('Dry') }] }),
          step('seal', 'choice', {
            options: [
              { id: 'black', title: t('Black') },
              { id: 'white', title: t('White'), accepted: false },
            ],
            onFail: { retries: 1 },
          }),
          step('drop', 'number', { unit: 'mbar', decimals: 1, lower: 0, upper: 2.5, plausible, onFail: { retries: 1 } }),
          step('remark', 'text', { maxLength: 10, optional: true }),
        ],
      },
      { id: '30', title: t('Pack'), stations: ['ST20'], after: ['20'], steps: [step('pack', 'instruction')] },
    ],
  });
  return { ...definition, hash };
}

const tag = (id: string, unit: string | null = null, type = 'number', staleAfterMs: number | null = null): object => ({
  id,
  title: t(id),
  address: id,
  type,
  unit,
  staleAfterMs,
});

export function testConfiguration(): Configuration {
  const press = deviceSchema.parse({
    schema: 'linewright/device@1',
    id: 'press',
    title: t('Press'),
    driver: 'fake',
    settings: {},
    tags: [
      tag('press.state', null, 'text'),
      tag('press.cycle', null, 'text'),
      tag('press.result-cycle', null, 'text'),
      tag('press.force', 'kN'),
      tag('press.x', 'mm'),
      tag('press.y', 'kN'),
      tag('press.target', 'kN'),
      tag('press.hold', 'ms'),
    ],
    machine: {
      stateTag: 'press.state',
      states: { idle: ['Idle'], executing: ['Starting', 'Execute'], complete: ['Complete'], aborted: ['Aborted'] },
      cycleIdTag: 'press.cycle',
      resultCycleIdTag: 'press.result-cycle',
      start: { object: 'P', method: 'Start' },
      abort: { object: 'P', method: 'Abort' },
      reset: { object: 'P', method: 'Reset' },
      trace: { xTag: 'press.x', yTag: 'press.y' },
    },
  });
  const device = (id: string, tags: readonly object[]): ReturnType<typeof deviceSchema.parse> =>
    deviceSchema.parse({ schema: 'linewright/device@1', id, title: t(id), driver: 'fake', settings: {}, tags });
  return {
    hash: 'config-1',
    plant: plantSchema.parse({
      schema: 'linewright/plant@1',
      id: 'TEST',
      title: t('Test'),
      timeZone: 'Europe/Berlin',
      language: 'en',
      defaultStation: 'ST10',
    }),
    lines: [lineSchema.parse({ schema: 'linewright/line@1', id: 'L1', title: t('L1'), stations: ['ST10', 'ST20'] })],
    stations: ['ST10', 'ST20'].map((id) =>
      stationSchema.parse({
        schema: 'linewright/station@1',
        id,
        title: t(id),
        devices: ['press', 'gauge', 'dial'],
        panel: ['press.y'],
      }),
    ),
    devices: [press, device('gauge', [tag('gauge.value', 'mm')]), device('dial', [tag('dial.value', 'mm', 'number', 2_000)])],
    recipes: [
      recipeSchema.parse({
        schema: 'linewright/recipe@1',
        id: 'R1',
        revision: '1',
        title: t('Recipe'),
        device: 'press',
        parameters: [
          { id: 'target', title: t('Target force'), tag: 'press.target', value: 12.4, unit: 'kN', tolerance: 0.01 },
          { id: 'hold', title: t('Hold time'), tag: 'press.hold', value: 800, unit: 'ms' },
        ],
      }),
    ],
    definitions: [
      testDefinition(),
      testDefinition({ revision: 'B', status: 'draft' }),
      testDefinition({ revision: '0', status: 'retired' }),
    ],
    materials: [
      { id: 'PUMP', title: t('Pump') },
      { id: 'HSG', title: t('Housing'), gtin: '04000001000017' },
      { id: 'IMP', title: t('Impeller') },
      { id: 'NUT', title: t('Nut') },
    ],
    people: peopleSchema.parse({
      schema: 'linewright/people@1',
      qualifications: [{ id: 'pressing', title: t('Pressing') }],
      people: [
        person('mara', ['operator'], { qualifications: [{ id: 'pressing', validTo: '2027-03-31' }] }),
        person('late', ['operator'], { qualifications: [{ id: 'pressing', validTo: '2026-11-19' }] }),
        person('new', ['operator']),
        person('lead', ['line-lead'], {
          pinHash: '$argon2id$x',
          qualifications: [{ id: 'pressing', validTo: null }],
        }),
        person('nopin', ['line-lead']),
        person('asked', ['operator'], { pinHash: '$argon2id$y', pinAtSignIn: true }),
        person('engineer', ['controls-engineer'], { pinHash: '$argon2id$z' }),
        person('gone', ['operator'], { disabled: true }),
      ],
    }),
    orders: ordersSchema.parse({
      schema: 'linewright/orders@1',
      orders: [
        {
          id: 'WO-1',
          material: 'PUMP',
          definition: 'PUMP',
          revision: 'A',
          quantity: 10,
          status: 'released',
          serialPrefix: 'P-',
          units: [
            { serial: 'P-0001' },
            { serial: 'P-0002' },
            { serial: 'P-0003', held: 'scratch' },
            { serial: 'P-0004', passed: [{ operation: '10' }] },
            { serial: 'P-0005', passed: [{ operation: '10' }, { operation: '20', station: 'ST10', at: '2026-11-19T10:00:00+01:00' }] },
          ],
        },
      ],
    }).orders,
  };
}

function person(id: string, roles: readonly string[], more: object = {}): object {
  return { id, name: id.toUpperCase(), badge: `BDG-${id}`, roles, language: 'en', ...more };
}

export const reading = (tagId: string, value: TagValue, more: Partial<LiveReading> = {}): LiveReading => ({
  tagId,
  value,
  unit: null,
  quality: 'good',
  status: 'Good',
  sourceAt: startAt,
  serverAt: null,
  receivedAt: startAt,
  stale: false,
  lastGoodAt: startAt,
  ...more,
});

/** The aggregates of one station in memory: commands are decided on them, events folded into them. */
export class World {
  readonly catalogue: Catalogue;
  readonly log: Happened[] = [];
  readonly orders = new Map<string, Order>();
  readonly units = new Map<string, Unit>();
  readonly executions = new Map<string, Execution>();
  readonly readings = new Map<string, LiveReading>();
  readonly devices = new Map<string, DeviceFact>();
  session: Session = nobody;
  now = startAt;
  stationId: string;
  #ids = 0;

  constructor(configuration: Configuration = testConfiguration(), stationId = 'ST10') {
    this.catalogue = catalogueOf(configuration);
    this.stationId = stationId;
    for (const id of ['press', 'gauge', 'dial'])
      this.devices.set(id, { state: 'connected', since: startAt - 60_000, pushes: id === 'gauge' });
    this.readings.set('press.state', reading('press.state', 'Idle'));
    this.readings.set('dial.value', reading('dial.value', 10, { unit: 'mm' }));
    for (const order of configuration.orders)
      this.do({ type: 'order.import', orderId: order.id, order }, { kind: 'import', source: 'test' });
  }

  facts(actor?: Actor): Facts {
    const signedIn = this.session.person;
    const station = this.catalogue.station(this.stationId);
    if (station === null) throw new Error(this.stationId);
    this.#ids += 1;
    const n = this.#ids;
    return {
      now: this.now,
      actor: actor ?? (signedIn === null ? { kind: 'system' } : { kind: 'person', id: signedIn.personId }),
      station,
      catalogue: this.catalogue,
      session: this.session,
      ids: { execution: `X${n}`, hold: `H${n}`, cycle: `C${n}` },
      reading: (tagId) => this.readings.get(tagId) ?? null,
      device: (id) => this.devices.get(id) ?? null,
      fittedIn: (materialId, serial) =>
        [...this.units.values()].find((u) =>
          u.components.some((c) => c.materialId === materialId && c.serial === serial),
        )?.serial ?? null,
    };
  }

  open(): Execution | null {
    return [...this.executions.values()].find((e) => isOpen(e) && e.stationId === this.stationId) ?? null;
  }

  decide(command: Command, actor?: Actor): Decision {
    const facts = this.facts(actor);
    switch (command.type) {
      case 'order.create':
      case 'order.release':
      case 'order.hold':
      case 'order.close':
      case 'order.import':
      case 'unit.create': {
        const order = this.orders.get(command.orderId) ?? null;
        return decideOrder({ order, unitOrder: (serial) => this.units.get(serial)?.orderId ?? null }, command, facts);
      }
      case 'unit.hold':
      case 'unit.lift-hold':
      case 'unit.scrap': {
        const unit = this.units.get(command.serial) ?? null;
        const execution = unit?.open ? (this.executions.get(unit.open.executionId) ?? null) : null;
        return decideUnit({ unit, execution }, command, facts);
      }
      case 'execution.start':
      case 'step.act':
      case 'step.retry': {
        const open = this.open();
        const serial = command.type === 'execution.start' ? command.serial : open?.serial;
        const unit = serial === undefined ? null : (this.units.get(serial) ?? null);
        const order = unit === null ? null : (this.orders.get(unit.orderId) ?? null);
        return decideExecution({ unit, order, open }, command, facts);
      }
      case 'operator.sign-in':
      case 'operator.sign-out':
      case 'operator.refuse-sign-in':
      case 'pin.given':
      case 'station.lock':
        return decidePeople(this.session, command, facts);
      case 'station.record':
        return { ok: true, events: [command.event] };
    }
  }

  /** Decides and, whatever came of it, folds the events. */
  do(command: Command, actor?: Actor): Decision {
    const decision = this.decide(command, actor);
    this.take(decision.events, actor);
    return decision;
  }

  take(events: readonly DomainEvent[], actor?: Actor): void {
    for (const event of events) {
      const stamp = { at: this.now, actor: actor ?? this.facts().actor, stationId: this.stationId };
      this.fold(asHappened(event, stamp));
    }
  }

  fold(event: Happened): void {
    this.log.push(event);
    this.session = evolveSession(this.session, event);
    const body: Readonly<Record<string, unknown>> = event.body;
    const executionId = typeof body['executionId'] === 'string' ? body['executionId'] : null;
    const execution = executionId === null ? null : evolveExecution(this.executions.get(executionId) ?? null, event);
    if (execution !== null) this.executions.set(execution.executionId, execution);
    const serial = typeof body['serial'] === 'string' ? body['serial'] : (execution?.serial ?? null);
    const unit = serial === null ? null : evolveUnit(this.units.get(serial) ?? null, event);
    if (unit !== null) this.units.set(unit.serial, unit);
    const orderId = typeof body['orderId'] === 'string' ? body['orderId'] : null;
    const order = orderId === null ? null : evolveOrder(this.orders.get(orderId) ?? null, event);
    if (order !== null) this.orders.set(order.orderId, order);
  }

  signIn(id: string, pin: 'none' | 'right' = 'none'): Decision {
    return this.do({ type: 'operator.sign-in', badge: `BDG-${id}`, pin, entry: 'scanned' });
  }

  /** An act in whatever step is current. */
  act(action: Extract<Command, { type: 'step.act' }>['action'], component: Extract<Command, { type: 'step.act' }>['component'] = null): Decision {
    const open = this.open();
    const run = open?.currentStep ? open.steps[open.currentStep] : undefined;
    if (!open || !run) throw new Error('no open step');
    return this.do({
      type: 'step.act',
      executionId: open.executionId,
      stepId: run.stepId,
      attempt: run.attempt,
      action,
      component,
    });
  }

  retry(): Decision {
    const open = this.open();
    const run = open?.currentStep ? open.steps[open.currentStep] : undefined;
    if (!open || !run) throw new Error('no open step');
    return this.do({ type: 'step.retry', executionId: open.executionId, stepId: run.stepId, attempt: run.attempt });
  }
}

export const codes = (decision: Decision): readonly string[] =>
  decision.ok ? [] : decision.reasons.map((r) => r.code);
