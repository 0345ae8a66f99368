/** Invented views for looking at the screens without a station. Never part of the product. */
import type { ExecutionView, StepRow, StepState } from '#contract/rpc/execution.ts';
import type { PeopleView } from '#contract/rpc/people.ts';
import type { SystemView } from '#contract/rpc/system.ts';
import type { ReadingFact, Verdict } from '#contract/events/shared.ts';
import type { StepDefinition } from '#contract/steps/index.ts';

const text = (en: string, de: string): { en: string; de: string } => ({ en, de });
const started = Date.now() - 95_000;

export const system = (store: SystemView['store']['state'] = 'ok'): SystemView => ({
  version: '0.1.0',
  startedAt: started,
  station: {
    id: 'ST10',
    title: text('Press and measure', 'Einpressen und Messen'),
    line: { id: 'L1', title: text('Coolant pumps', 'Kühlmittelpumpen') },
  },
  plant: { id: 'demo', title: text('Demo plant', 'Demowerk'), timeZone: 'Europe/Berlin', language: 'en', demo: true },
  demoHints: [
    { badge: 'BDG-1001', pin: null, text: text('Mara Keller, operator', 'Mara Keller, Werkerin') },
    { badge: 'BDG-2001', pin: '2580', text: text('Jonas Brandt, line lead, may lift holds', 'Jonas Brandt, Linienführer, darf Sperren aufheben') },
    { badge: 'BDG-1003', pin: null, text: text('Ilse Thoma, qualification expired', 'Ilse Thoma, Qualifikation abgelaufen') },
  ],
  configHash: 'a'.repeat(64),
  store: {
    state: store,
    detail: store === 'ok' ? '' : 'SQLITE_FULL: database or disk is full',
    path: '/var/lib/linewright/st10',
    events: 12_431,
    epoch: 'e1',
    bytes: 18_400_000,
    freeBytes: store === 'disk-full' ? 0 : 42_000_000_000,
  },
  unsent: { count: 12_431, oldestAt: started },
  clock: { now: Date.now(), steps: 0 },
});

export const mara: NonNullable<PeopleView['person']> = {
  id: 'mara',
  name: 'Mara Keller',
  language: 'en',
  roles: ['operator'],
  permissions: ['unit.build', 'unit.create', 'unit.hold'],
  pinGiven: false,
  signedInAt: Date.now() - 3_600_000,
  qualifications: [
    { id: 'press-work', title: text('Press work', 'Pressarbeiten'), validToAt: Date.now() + 1e10, expired: false },
    { id: 'final-check', title: text('Final check', 'Endprüfung'), validToAt: Date.now() - 1e9, expired: true },
  ],
};

const bore = { id: 'bore-b', title: text('Bore B', 'Bohrung B'), unit: 'mm', decimals: 3, nominal: 24, lower: 23.98, upper: 24.03 };
const force = { id: 'peak-force', title: text('Peak force', 'Spitzenkraft'), unit: 'kN', decimals: 2, nominal: 12.4, lower: 11.9, upper: 12.9 };
const travel = { id: 'end-position', title: text('End position', 'Endlage'), unit: 'mm', decimals: 2, nominal: 59.2, lower: 59.05, upper: 59.35 };
export const characteristics = [bore, force, travel];

export const fact = (value: number, unit = 'mm', entry: ReadingFact['entry'] = 'device'): ReadingFact => ({
  value,
  unit,
  entry,
  deviceId: 'calliper',
  tagId: 'calliper.value',
  quality: 'good',
  status: 'Good',
  sourceAt: null,
  receivedAt: Date.now(),
});
const measured = (index: number, value: number, entry?: ReadingFact['entry']) => ({
  index,
  reading: fact(value, 'mm', entry),
  verdict: (value > 24.03 ? 'above' : value < 23.98 ? 'below' : 'ok') as Verdict,
});

const onFail = { retries: 1 };
const definitions = {
  instruction: { id: 'prepare', type: 'instruction', title: text('Lay out the parts', 'Teile bereitlegen'), text: text('Take one housing, one impeller and one bearing. Do not use parts that were dropped.', 'Ein Gehäuse, ein Laufrad und ein Lager bereitlegen. Keine heruntergefallenen Teile verwenden.'), image: 'parts.svg', onFail },
  'scan-component': { id: 'scan-housing', type: 'scan-component', title: text('Scan the housing', 'Gehäuse scannen'), text: text('Scan the label on the flange. The lot is recorded with this unit.', 'Etikett auf dem Flansch scannen. Die Charge wird zu diesem Teil gespeichert.'), image: 'housing.svg', bomLine: '10', onFail },
  'machine-cycle': { id: 'press-bearing', type: 'machine-cycle', title: text('Press the bearing in', 'Lager einpressen'), text: text('Put the housing into the fixture and the bearing on top of it. Close the guard, then start the press.', 'Gehäuse in die Aufnahme stellen und Lager auflegen. Schutztür schließen, dann die Presse starten.'), image: 'press.svg', device: 'press', recipe: 'PB-7', recipeRevision: '2', timeoutMs: 30_000, results: [{ characteristic: 'peak-force', tag: 'press.peak-force' }], onFail },
  measure: { id: 'measure-bore', type: 'measure', title: text('Measure bore B at the three marks', 'Bohrung B an den drei Marken messen'), text: text('Wipe the bore. Hold the calliper square and press its button at each mark.', 'Bohrung auswischen. Messschieber gerade halten und an jeder Marke die Taste drücken.'), image: 'bore.svg', characteristic: 'bore-b', tag: 'calliper.value', points: [text('Mark 1', 'Marke 1'), text('Mark 2', 'Marke 2'), text('Mark 3', 'Marke 3')], balloons: [{ x: 31.8, y: 39.3 }, { x: 50, y: 71.3 }, { x: 68.2, y: 39.3 }], allowTyped: true, onFail },
  checklist: { id: 'check', type: 'checklist', title: text('Clean and check', 'Reinigen und prüfen'), text: text('Look at each point and answer it.', 'Jeden Punkt ansehen und beantworten.'), image: 'check.svg', items: [{ id: 'burrs', title: text('The bore is free of burrs', 'Die Bohrung ist gratfrei') }, { id: 'seated', title: text('The bearing sits flush all round', 'Das Lager liegt ringsum an') }, { id: 'turns', title: text('The impeller turns freely', 'Das Laufrad dreht sich frei') }], onFail },
  choice: { id: 'seal-colour', type: 'choice', title: text('Which seal is fitted?', 'Welche Dichtung ist eingebaut?'), text: text('Compare the seal with the picture. A white seal must not be used here.', 'Dichtung mit dem Bild vergleichen. Eine weiße Dichtung darf hier nicht verwendet werden.'), image: 'seals.svg', options: [{ id: 'black', title: text('Black', 'Schwarz'), accepted: true }, { id: 'green', title: text('Green', 'Grün'), accepted: true }, { id: 'white', title: text('White', 'Weiß'), accepted: false }], onFail },
  number: { id: 'pressure', type: 'number', title: text('Read the test pressure', 'Prüfdruck ablesen'), text: text('Read the dial of the test bench after 30 s.', 'Manometer des Prüfstands nach 30 s ablesen.'), unit: 'bar', decimals: 1, lower: 5.8, upper: 6.4, plausible: { lower: 0, upper: 12 }, onFail },
  text: { id: 'note', type: 'text', title: text('Note for the next shift', 'Hinweis für die nächste Schicht'), text: text('What should the next shift know about this unit?', 'Was soll die nächste Schicht zu diesem Teil wissen?'), maxLength: 200, optional: true, onFail },
} as const satisfies Record<string, StepDefinition>;
export type SceneStep = keyof typeof definitions;

const order: readonly SceneStep[] = ['instruction', 'scan-component', 'machine-cycle', 'measure', 'checklist', 'choice', 'number', 'text'];

const axis = (tagId: string, en: string, de: string, unit: string) => ({ tagId, title: text(en, de), unit, decimals: 2 });

export function stateOf(step: SceneStep, done: number): StepState {
  switch (step) {
    case 'instruction':
      return { type: step };
    case 'scan-component':
      return { type: step, material: { id: 'HSG-100', title: text('Pump housing', 'Pumpengehäuse') }, trace: 'lot' };
    case 'machine-cycle':
      return {
        type: step,
        device: { id: 'press', title: text('Press P1', 'Presse P1') },
        recipe: { id: 'PB-7', revision: '2', title: text('Bearing 6202', 'Lager 6202') },
        phase: done === 0 ? 'ready' : done === 1 ? 'running' : 'finished',
        cycleId: done === 0 ? null : 'c-1',
        startedAt: done === 0 ? null : Date.now() - 3_400,
        timeoutMs: 30_000,
        parameters: [
          { id: 'force', title: text('Force limit', 'Kraftgrenze'), value: 14.5, unit: 'kN', readBack: done === 0 ? null : 14.5 },
          { id: 'speed', title: text('Press speed', 'Pressgeschwindigkeit'), value: 18, unit: 'mm/s', readBack: done === 0 ? null : 18 },
          { id: 'depth', title: text('Target depth', 'Zieltiefe'), value: 59.2, unit: 'mm', readBack: done === 0 ? null : 59.2 },
        ],
        results:
          done < 2
            ? []
            : [
                { characteristic: force, reading: fact(12.41, 'kN'), verdict: 'ok' },
                { characteristic: travel, reading: fact(59.41, 'mm'), verdict: 'above' },
              ],
        trace: { x: axis('press.position', 'Travel', 'Weg', 'mm'), y: axis('press.force', 'Force', 'Kraft', 'kN') },
      };
    case 'measure':
      return {
        type: step,
        characteristic: bore,
        values: [measured(1, 24.004), measured(2, 24.011, 'typed'), measured(3, 24.041)].slice(0, done),
        gauge: { deviceId: 'calliper', title: text('Calliper', 'Messschieber'), gaugeId: 'G-114', pushes: false, tagId: 'calliper.value' },
      };
    case 'checklist':
      return { type: step, answers: done === 0 ? {} : { burrs: true, seated: false } };
    case 'choice':
      return { type: step, chosen: null };
    case 'number':
      return { type: step, value: null, verdict: null };
    case 'text':
      return { type: step, text: null };
  }
}

const rows = (current: SceneStep | null, failed = false): StepRow[] =>
  order.map((type, index) => {
    const at = current === null ? -1 : order.indexOf(current);
    const status = index < at ? 'passed' : index === at ? (failed ? 'failed' : 'current') : 'open';
    const summaries: Partial<Record<SceneStep, StepRow['summary']>> = {
      instruction: { kind: 'confirmed' },
      'scan-component': { kind: 'component', material: 'HSG-100', lot: 'H-22817', serial: null, entry: 'scanned' },
      'machine-cycle': { kind: 'cycle', recipe: 'PB-7', values: [{ title: force.title, value: 12.41, unit: 'kN', decimals: 2 }, { title: travel.title, value: 59.2, unit: 'mm', decimals: 2 }] },
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
  operation: null,
  executionId: null,
  steps: [],
  step: null,
  failure: null,
  refusal: null,
  finished: null,
  thisHour: { passed: 14, target: 16 },
  panel: [
    { tagId: 'press.state', title: text('State', 'Zustand'), unit: null, decimals: 0, deviceId: 'press', deviceTitle: text('Press P1', 'Presse P1') },
    { tagId: 'press.force', title: text('Ram force', 'Stempelkraft'), unit: 'kN', decimals: 2, deviceId: 'press', deviceTitle: text('Press P1', 'Presse P1') },
    { tagId: 'press.position', title: text('Ram position', 'Stempelweg'), unit: 'mm', decimals: 2, deviceId: 'press', deviceTitle: text('Press P1', 'Presse P1') },
    { tagId: 'press.oil', title: text('Oil temperature', 'Öltemperatur'), unit: 'Cel', decimals: 1, deviceId: 'press', deviceTitle: text('Press P1', 'Presse P1') },
  ],
});

const inWork = (revision: number): ExecutionView => ({
  ...base(revision),
  unit: { serial: 'PMP100-2600417', material: { id: 'PMP-100', title: text('Coolant pump PMP-100', 'Kühlmittelpumpe PMP-100') } },
  order: { orderId: 'WO-10452', quantity: 400, done: 214, target: null },
  definition: { id: 'PMP-100', revision: 'C', title: text('Coolant pump PMP-100', 'Kühlmittelpumpe PMP-100') },
  operation: { id: '10', title: text('Press and measure', 'Einpressen und Messen'), taktMs: 225_000, startedAt: started },
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
            { code: 'device.not-connected', params: { device: 'calliper', deviceText: text('Calliper', 'Messschieber'), state: 'disconnected', sinceMs: 42_300 } },
            { code: 'tag.stale', params: { tag: 'calliper.value', tagText: text('Reading', 'Messwert'), ageMs: 42_300, limitMs: 2_000 } },
          ]
        : [],
      imageUrl: 'image' in definitions[step] ? `/definition-images/${(definitions[step] as { image: string }).image}` : null,
    },
  });
}

export const scenes: Readonly<Record<string, (revision: number) => ExecutionView>> = {
  'no-unit': base,
  instruction: stepView('instruction'),
  'scan-component': stepView('scan-component'),
  'cycle-ready': stepView('machine-cycle', 0),
  'cycle-running': stepView('machine-cycle', 1),
  'cycle-finished': stepView('machine-cycle', 2),
  measure: stepView('measure', 2),
  'measure-blocked': stepView('measure', 1, true),
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
      reasons: [{ code: 'value.out-of-limits', params: { value: 24.041, unit: 'mm', lower: 23.98, upper: 24.03, characteristicText: bore.title } }],
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
        { code: 'value.out-of-limits', params: { value: 24.041, unit: 'mm', lower: 23.98, upper: 24.03, characteristicText: bore.title } },
        { code: 'step.retries-used-up', params: { attempts: 2 } },
      ],
      consequence: 'hold',
      triesLeft: 0,
    },
  }),
  refused: (revision) => ({
    ...inWork(revision),
    mode: 'refused',
    operation: { id: '20', title: text('Final check and release', 'Endprüfung und Freigabe'), taktMs: 90_000, startedAt: null },
    steps: rows(null),
    executionId: null,
    refusal: {
      command: 'execution.start',
      at: Date.now() - 3_000,
      reasons: [
        { code: 'operation.previous-not-passed', params: { operation: '10', operationText: text('Press and measure', 'Einpressen und Messen'), status: 'open' } },
        { code: 'operator.qualification-expired', params: { operator: 'Mara Keller', qualification: 'final-check', qualificationText: text('Final check', 'Endprüfung'), expiredAt: Date.now() - 1e9 } },
        { code: 'device.silent', params: { device: 'press', deviceText: text('Press P1', 'Presse P1'), silentMs: 12_400 } },
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
      nextOperation: { id: '20', title: text('Final check and release', 'Endprüfung und Freigabe'), stations: ['ST10', 'ST20'] },
      at: Date.now() - 2_000,
      durationMs: 205_400,
    },
  }),
};
