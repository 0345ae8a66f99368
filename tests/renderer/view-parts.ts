/** Invented people, parts and steps that the views of `views.ts` are made of. */
import type { StepState } from '#contract/rpc/execution.ts';
import type { PeopleView } from '#contract/rpc/people.ts';
import type { LinkTestReport, SyncView } from '#contract/rpc/sync.ts';
import type { SystemView } from '#contract/rpc/system.ts';
import type { ReadingFact, Verdict } from '#contract/events/shared.ts';
import type { StepDefinition } from '#contract/steps/index.ts';

export const text = (en: string, de: string): { en: string; de: string } => ({ en, de });
export const started = Date.now() - 95_000;

export const system = (
  store: SystemView['store']['state'] = 'ok',
  history: SystemView['history']['state'] = 'ok',
): SystemView => ({
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
    {
      badge: 'BDG-2001',
      pin: '2580',
      text: text('Jonas Brandt, line lead, may lift holds', 'Jonas Brandt, Linienführer, darf Sperren aufheben'),
    },
    {
      badge: 'BDG-1003',
      pin: null,
      text: text('Ilse Thoma, qualification expired', 'Ilse Thoma, Qualifikation abgelaufen'),
    },
  ],
  configHash: 'a'.repeat(64),
  released: { files: 0, atNextStart: [], picturesMissing: 0, faulty: null },
  store: {
    state: store,
    detail: store === 'ok' ? '' : 'SQLITE_FULL: database or disk is full',
    path: '/var/lib/linewright/st10',
    events: 12_431,
    epoch: 'e1',
    bytes: 18_400_000,
    freeBytes: store === 'disk-full' ? 0 : 42_000_000_000,
  },
  history: {
    state: history,
    detail: history === 'ok' ? '' : 'SQLITE_CORRUPT: database disk image is malformed',
    path: '/var/lib/linewright/st10/history.db',
    bytes: 240_000_000,
    notRecordedSince: history === 'ok' ? null : started,
    lost: history === 'ok' ? null : { samples: 1_204, fromAt: started, toAt: started + 60_000 },
  },
  server: { state: 'linked', since: started, problem: null, clockDriftMs: 40, test: null },
  unsent: { count: 0, oldestAt: null },
  clock: { now: Date.now(), steps: 0 },
});

export const syncView = (link: SystemView['server'] = system().server): SyncView => ({
  link,
  enrolment: {
    url: 'https://plant.example:8443',
    plantId: 'demo',
    keyId: '3f9a1c5e77d20b48',
    enrolledAt: started - 86_400_000,
  },
  unsent: { count: 14, oldestAt: started - 840_000 },
  streams: [
    { epoch: '5f3a9c01d2e4b867', branch: '', first: 1, last: 11_900, acked: 11_900, ackedAt: started, current: false },
    {
      epoch: '5f3a9c01d2e4b867',
      branch: '9c01d2e4b8671f00',
      first: 11_901,
      last: 11_907,
      acked: 11_907,
      ackedAt: started,
      current: false,
    },
    { epoch: 'a81c22f09e4411d3', branch: '', first: 1, last: 531, acked: 517, ackedAt: started, current: true },
  ],
  lastProblem: { code: 'no-answer', at: started - 900_000, detail: 'nothing heard for 10000 ms' },
  sideRoad: { waiting: 12, dropped: 3, sending: { name: 'samples/4711', share: 0.4 } },
  documents: { counts: { order: 3, passport: 120, file: 14 }, pulledAt: started },
  publishing: null,
  reports: [
    { testId: 't-2', startedAt: started - 3_600_000, passed: true, file: '/var/lib/linewright/st10/link-tests/2.html' },
    {
      testId: 't-1',
      startedAt: started - 7_200_000,
      passed: false,
      file: '/var/lib/linewright/st10/link-tests/1.html',
    },
  ],
});

export const linkTestReport: LinkTestReport = {
  v: 1,
  testId: 't-2',
  stationId: 'ST10',
  plantId: 'demo',
  server: 'https://plant.example:8443',
  startedAt: started - 3_600_000,
  endedAt: started - 3_570_000,
  ended: 'time',
  startedBy: 'Mara Keller',
  endedBy: null,
  caughtUpAt: started - 3_569_400,
  facts: { total: 41, own: 20, others: 19 },
  compared: [
    { epoch: 'a81c22f09e4411d3', first: 460, last: 500, here: 41, there: 41, equal: true, firstDifference: null },
  ],
  passed: true,
  problem: null,
};

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

export const bore = {
  id: 'bore-b',
  title: text('Bore B', 'Bohrung B'),
  unit: 'mm',
  decimals: 3,
  nominal: 24,
  lower: 23.98,
  upper: 24.03,
};
export const force = {
  id: 'peak-force',
  title: text('Peak force', 'Spitzenkraft'),
  unit: 'kN',
  decimals: 2,
  nominal: 12.4,
  lower: 11.9,
  upper: 12.9,
};
export const travel = {
  id: 'end-position',
  title: text('End position', 'Endlage'),
  unit: 'mm',
  decimals: 2,
  nominal: 59.2,
  lower: 59.05,
  upper: 59.35,
};
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
export const definitions = {
  instruction: {
    id: 'prepare',
    type: 'instruction',
    title: text('Lay out the parts', 'Teile bereitlegen'),
    text: text(
      'Take one housing, one impeller and one bearing. Do not use parts that were dropped.',
      'Ein Gehäuse, ein Laufrad und ein Lager bereitlegen. Keine heruntergefallenen Teile verwenden.',
    ),
    image: 'parts.svg',
  },
  'scan-component': {
    id: 'scan-housing',
    type: 'scan-component',
    title: text('Scan the housing', 'Gehäuse scannen'),
    text: text(
      'Scan the label on the flange. The lot is recorded with this unit.',
      'Etikett auf dem Flansch scannen. Die Charge wird zu diesem Teil gespeichert.',
    ),
    image: 'housing.svg',
    bomLine: '10',
  },
  'machine-cycle': {
    id: 'press-bearing',
    type: 'machine-cycle',
    title: text('Press the bearing in', 'Lager einpressen'),
    text: text(
      'Put the housing into the fixture and the bearing on top of it. Close the guard, then start the press.',
      'Gehäuse in die Aufnahme stellen und Lager auflegen. Schutztür schließen, dann die Presse starten.',
    ),
    image: 'press.svg',
    device: 'press',
    recipe: 'PB-7',
    recipeRevision: '2',
    timeoutMs: 30_000,
    results: [{ characteristic: 'peak-force', tag: 'press.peak-force' }],
    onFail,
  },
  measure: {
    id: 'measure-bore',
    type: 'measure',
    title: text('Measure bore B at the three marks', 'Bohrung B an den drei Marken messen'),
    text: text(
      'Wipe the bore. Hold the calliper square and press its button at each mark.',
      'Bohrung auswischen. Messschieber gerade halten und an jeder Marke die Taste drücken.',
    ),
    image: 'bore.svg',
    characteristic: 'bore-b',
    tag: 'calliper.value',
    points: [text('Mark 1', 'Marke 1'), text('Mark 2', 'Marke 2'), text('Mark 3', 'Marke 3')],
    balloons: [
      { x: 31.8, y: 39.3 },
      { x: 50, y: 71.3 },
      { x: 68.2, y: 39.3 },
    ],
    allowTyped: true,
    onFail,
  },
  checklist: {
    id: 'check',
    type: 'checklist',
    title: text('Clean and check', 'Reinigen und prüfen'),
    text: text('Look at each point and answer it.', 'Jeden Punkt ansehen und beantworten.'),
    image: 'check.svg',
    items: [
      { id: 'burrs', title: text('The bore is free of burrs', 'Die Bohrung ist gratfrei') },
      { id: 'seated', title: text('The bearing sits flush all round', 'Das Lager liegt ringsum an') },
      { id: 'turns', title: text('The impeller turns freely', 'Das Laufrad dreht sich frei') },
    ],
    onFail,
  },
  choice: {
    id: 'seal-colour',
    type: 'choice',
    title: text('Which seal is fitted?', 'Welche Dichtung ist eingebaut?'),
    text: text(
      'Compare the seal with the picture. A white seal must not be used here.',
      'Dichtung mit dem Bild vergleichen. Eine weiße Dichtung darf hier nicht verwendet werden.',
    ),
    image: 'seals.svg',
    options: [
      { id: 'black', title: text('Black', 'Schwarz'), accepted: true },
      { id: 'green', title: text('Green', 'Grün'), accepted: true },
      { id: 'white', title: text('White', 'Weiß'), accepted: false },
    ],
    onFail,
  },
  number: {
    id: 'pressure',
    type: 'number',
    title: text('Read the test pressure', 'Prüfdruck ablesen'),
    text: text('Read the dial of the test bench after 30 s.', 'Manometer des Prüfstands nach 30 s ablesen.'),
    unit: 'bar',
    decimals: 1,
    lower: 5.8,
    upper: 6.4,
    plausible: { lower: 0, upper: 12 },
    onFail,
  },
  text: {
    id: 'note',
    type: 'text',
    title: text('Note for the next shift', 'Hinweis für die nächste Schicht'),
    text: text(
      'What should the next shift know about this unit?',
      'Was soll die nächste Schicht zu diesem Teil wissen?',
    ),
    maxLength: 200,
    optional: true,
  },
} as const satisfies Record<string, StepDefinition>;
export type SceneStep = keyof typeof definitions;

export const order: readonly SceneStep[] = [
  'instruction',
  'scan-component',
  'machine-cycle',
  'measure',
  'checklist',
  'choice',
  'number',
  'text',
];

const axis = (tagId: string, en: string, de: string, unit: string) => ({
  tagId,
  title: text(en, de),
  unit,
  decimals: 2,
});

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
          {
            id: 'force',
            title: text('Force limit', 'Kraftgrenze'),
            value: 14.5,
            unit: 'kN',
            readBack: done === 0 ? null : 14.5,
          },
          {
            id: 'speed',
            title: text('Press speed', 'Pressgeschwindigkeit'),
            value: 18,
            unit: 'mm/s',
            readBack: done === 0 ? null : 18,
          },
          {
            id: 'depth',
            title: text('Target depth', 'Zieltiefe'),
            value: 59.2,
            unit: 'mm',
            readBack: done === 0 ? null : 59.2,
          },
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
        gauge: {
          deviceId: 'calliper',
          title: text('Calliper', 'Messschieber'),
          gaugeId: 'G-114',
          pushes: false,
          tagId: 'calliper.value',
          faults: [],
        },
        gate: {
          own: {
            gaugeId: 'G-114',
            title: text('Digital calliper 150 mm', 'Digitaler Messschieber 150 mm'),
            reasons: [],
            met: [{ code: 'gauge.calibrated', params: { gauge: 'G-114', dueAt: Date.UTC(2031, 5, 30, 21) } }],
            acceptance: { rule: 'guarded', lower: 23.9833, upper: 24.0267, guard: 0.0033 },
          },
          readOff: [],
        },
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
