/** Invented views for looking at the screens without a station. Never part of the product. */
import type { ExecutionView, StepRow } from '#contract/rpc/execution.ts';
import { text, bore, force, travel, definitions, order, stateOf, type SceneStep } from './view-parts.ts';

const rows = (current: SceneStep | null, failed = false): StepRow[] =>
  order.map((type, index) => {
    const at = current === null ? -1 : order.indexOf(current);
    const status = index < at ? 'passed' : index === at ? (failed ? 'failed' : 'current') : 'open';
    const summaries: Partial<Record<SceneStep, StepRow['summary']>> = {
      instruction: { kind: 'confirmed' },
      'scan-component': { kind: 'component', material: 'HSG-100', lot: 'H-22817', serial: null, entry: 'scanned' },
      'machine-cycle': {
        kind: 'cycle',
        recipe: 'PB-7',
        values: [
          { title: force.title, value: 12.41, unit: 'kN', decimals: 2 },
          { title: travel.title, value: 59.2, unit: 'mm', decimals: 2 },
        ],
      },
      measure: { kind: 'values', values: [24.004, 24.011, 24.013], unit: 'mm', decimals: 3, typed: true },
      checklist: { kind: 'checks', ok: 3, notOk: 0, total: 3 },
      choice: { kind: 'choice', title: text('Green', 'Grün') },
    };
    return {
      id: definitions[type].id,
      type,
      title: definitions[type].title,
      status,
      attempt: status === 'failed' ? 2 : 1,
      summary: status === 'passed' ? (summaries[type] ?? null) : null,
      durationMs: status === 'passed' ? 4_200 + index * 1_900 : null,
    };
  });

const base = (revision: number): ExecutionView => ({
  revision,
  mode: 'no-unit',
  unit: null,
  order: null,
  definition: null,
  definitionChanged: null,
  operation: null,
  rework: null,
  executionId: null,
  steps: [],
  step: null,
  failure: null,
  refusal: null,
  finished: null,
  thisHour: { passed: 14, target: 16 },
  pace: null,
  panel: [
    {
      tagId: 'press.state',
      title: text('State', 'Zustand'),
      unit: null,
      decimals: 0,
      deviceId: 'press',
      deviceTitle: text('Press P1', 'Presse P1'),
    },
    {
      tagId: 'press.force',
      title: text('Ram force', 'Stempelkraft'),
      unit: 'kN',
      decimals: 2,
      deviceId: 'press',
      deviceTitle: text('Press P1', 'Presse P1'),
    },
    {
      tagId: 'press.position',
      title: text('Ram position', 'Stempelweg'),
      unit: 'mm',
      decimals: 2,
      deviceId: 'press',
      deviceTitle: text('Press P1', 'Presse P1'),
    },
    {
      tagId: 'press.oil',
      title: text('Oil temperature', 'Öltemperatur'),
      unit: 'Cel',
      decimals: 1,
      deviceId: 'press',
      deviceTitle: text('Press P1', 'Presse P1'),
    },
  ],
});

/** 52 minutes of the hour are over. */
function pace(): NonNullable<ExecutionView['pace']> {
  const hour = { from: Date.now() - 52 * 60_000, to: Date.now() + 8 * 60_000 };
  return { taktMs: 225_000, hour, calendar: [{ ...hour, kind: 'working' }] };
}

const inWork = (revision: number): ExecutionView => ({
  ...base(revision),
  pace: pace(),
  unit: {
    serial: 'PMP100-2600417',
    material: { id: 'PMP-100', title: text('Coolant pump PMP-100', 'Kühlmittelpumpe PMP-100') },
    nonconformances: [],
    concessions: [],
  },
  order: { orderId: 'WO-10452', quantity: 400, done: 214, target: null },
  definition: { id: 'PMP-100', revision: 'C', title: text('Coolant pump PMP-100', 'Kühlmittelpumpe PMP-100') },
  operation: {
    id: '10',
    title: text('Press and measure', 'Einpressen und Messen'),
    taktMs: 225_000,
    startedAt: Date.now() - 95_000,
  },
  executionId: 'x-1',
});

export function stepView(step: SceneStep, done = 0, blocked = false): (revision: number) => ExecutionView {
  return (revision) => ({
    ...inWork(revision),
    mode: 'step',
    steps: rows(step),
    step: {
      definition: definitions[step],
      index: order.indexOf(step),
      attempt: 1,
      startedAt: Date.now() - 20_000,
      state: stateOf(step, done),
      blocked: blocked
        ? [
            {
              code: 'device.not-connected',
              params: {
                device: 'calliper',
                deviceText: text('Calliper', 'Messschieber'),
                state: 'disconnected',
                sinceMs: 42_300,
              },
            },
            {
              code: 'tag.stale',
              params: { tag: 'calliper.value', tagText: text('Reading', 'Messwert'), ageMs: 42_300, limitMs: 2_000 },
            },
          ]
        : [],
      judgedAt: Date.now(),
      refusedPush: null,
      imageUrl:
        'image' in definitions[step] ? `/definition-images/${(definitions[step] as { image: string }).image}` : null,
    },
  });
}

const gauge = text('Calliper', 'Messschieber');

export const scenes: Readonly<Record<string, (revision: number) => ExecutionView>> = {
  'no-unit': base,
  instruction: stepView('instruction'),
  'scan-component': stepView('scan-component'),
  'cycle-ready': stepView('machine-cycle', 0),
  'cycle-running': stepView('machine-cycle', 1),
  'cycle-finished': stepView('machine-cycle', 2),
  measure: stepView('measure', 2),
  'measure-blocked': stepView('measure', 1, true),
  'measure-no-gauge': (revision) => {
    const view = stepView('measure', 1)(revision);
    const { state } = view.step!;
    if (state.type !== 'measure' || state.gauge === null) throw new Error('the measure scene has a gauge');
    const { blocked } = stepView('measure', 1, true)(revision).step!;
    return {
      ...view,
      step: {
        ...view.step!,
        state: { ...state, gauge: { ...state.gauge, pushes: true, faults: blocked.slice(0, 1) } },
      },
    };
  },
  'measure-not-taken': (revision) => {
    const view = stepView('measure', 1)(revision);
    const reasons = [
      { code: 'tag.bad-quality', params: { tag: 'calliper.value', tagText: gauge, status: 'frame-invalid' } },
    ] as const;
    const refusedPush = { at: Date.now(), deviceTitle: gauge, value: null, unit: 'mm', decimals: 3, reasons };
    return { ...view, step: view.step && { ...view.step, refusedPush } };
  },
  checklist: stepView('checklist', 1),
  choice: stepView('choice'),
  number: stepView('number'),
  text: stepView('text'),
  failed: (revision) => ({
    ...inWork(revision),
    mode: 'failed',
    steps: rows('measure', true),
    step: null,
    failure: {
      reasons: [
        {
          code: 'value.out-of-limits',
          params: {
            value: 24.041,
            unit: 'mm',
            lower: 23.98,
            upper: 24.03,
            characteristicText: bore.title,
            pointText: text('Mark 1', 'Marke 1'),
          },
        },
        {
          code: 'value.out-of-limits',
          params: {
            value: 23.971,
            unit: 'mm',
            lower: 23.98,
            upper: 24.03,
            characteristicText: bore.title,
            pointText: text('Mark 3', 'Marke 3'),
          },
        },
      ],
      consequence: 'retry',
      triesLeft: 1,
    },
  }),
  held: (revision) => ({
    ...inWork(revision),
    mode: 'failed',
    steps: rows('measure', true),
    step: null,
    failure: {
      reasons: [
        {
          code: 'value.out-of-limits',
          params: { value: 24.041, unit: 'mm', lower: 23.98, upper: 24.03, characteristicText: bore.title },
        },
        { code: 'step.retries-used-up', params: { attempts: 2 } },
      ],
      consequence: 'hold',
      triesLeft: 0,
    },
  }),
  /** Over its takt, and fewer passed than were due. */
  behind: (revision) => ({
    ...stepView('instruction')(revision),
    operation: {
      id: '10',
      title: text('Press and measure', 'Einpressen und Messen'),
      taktMs: 225_000,
      startedAt: Date.now() - 273_000,
    },
    thisHour: { passed: 9, target: 16 },
  }),
  /** No takt is planned for its operation. */
  'no-takt': (revision) => ({
    ...stepView('instruction')(revision),
    pace: null,
    thisHour: { passed: 9, target: null },
  }),
  refused: (revision) => ({
    ...inWork(revision),
    mode: 'refused',
    operation: {
      id: '20',
      title: text('Final check and release', 'Endprüfung und Freigabe'),
      taktMs: 90_000,
      startedAt: null,
    },
    steps: rows(null),
    executionId: null,
    refusal: {
      command: 'execution.start',
      at: Date.now() - 3_000,
      reasons: [
        {
          code: 'operation.previous-not-passed',
          params: {
            operation: '10',
            operationText: text('Press and measure', 'Einpressen und Messen'),
            status: 'open',
          },
        },
        {
          code: 'operator.qualification-expired',
          params: {
            operator: 'Mara Keller',
            qualification: 'final-check',
            qualificationText: text('Final check', 'Endprüfung'),
            expiredAt: Date.now() - 1e9,
          },
        },
        {
          code: 'device.silent',
          params: { device: 'press', deviceText: text('Press P1', 'Presse P1'), silentMs: 12_400 },
        },
      ],
      met: [
        { code: 'order.released', params: { order: 'WO-10452' } },
        { code: 'revision.released', params: { definition: 'PMP-100', revision: 'C' } },
        { code: 'station.right', params: { station: 'ST10', operation: '20' } },
        { code: 'unit.free', params: { serial: 'PMP100-2600417' } },
      ],
      next: [
        { code: 'scan-another-unit', params: {} },
        { code: 'sign-in', params: {} },
        { code: 'open-unit', params: { serial: 'PMP100-2600417' } },
        { code: 'open-devices', params: { device: 'press' } },
      ],
    },
  }),
  passed: (revision) => ({
    ...inWork(revision),
    mode: 'passed',
    steps: rows('text').map((row) => ({ ...row, status: 'passed' as const })),
    finished: {
      serial: 'PMP100-2600417',
      operationId: '10',
      unitDone: false,
      held: [],
      nextOperation: {
        id: '20',
        title: text('Final check and release', 'Endprüfung und Freigabe'),
        stations: ['ST10', 'ST20'],
      },
      at: Date.now() - 2_000,
      durationMs: 205_400,
    },
  }),
};
