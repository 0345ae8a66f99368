/** A plant of two lines on a whole server: the demo's `L1`, and one whose every name begins with FOREIGN. */
import { filesOf, folderTree, memoryTree, type FileTree } from '#config/file-tree.ts';
import { event } from '#contract/events/index.ts';
import type { Db } from '#server/db/db.ts';
import { measured, StationStream } from '#server/projections/test-kit.ts';
import { commandId, demoFolder, type Calls } from './plant-view.ts';

const text = (value: string): Uint8Array => Buffer.from(value, 'utf8');

export const foreignPhoto = 'f0'.repeat(32);
export const foreign = {
  line: 'FOREIGN-L',
  station: 'FOREIGN-ST',
  lineFile: 'lines/FOREIGN-L.yaml',
  stationFile: 'stations/FOREIGN-ST.yaml',
  definitionFile: 'definitions/FOREIGN-D.A/definition.yaml',
  picture: 'definitions/FOREIGN-D.A/images/housing.svg',
  order: 'FOREIGN-WO',
  job: 'FOREIGN-WO:FOREIGN-L',
  serial: 'FOREIGN-1',
  planFile: 'control-plans/FOREIGN-D.1.yaml',
  chart: { planId: 'FOREIGN-D', characteristicId: 'leaks', chartId: 'leaks', stationId: 'FOREIGN-ST' },
  gauge: 'FOREIGN-G',
  machine: { machineId: 'FOREIGN-m', from: 1_790_000_000_000, to: 1_790_000_100_000 },
} as const;

const foreignPlan = `schema: linewright/control-plan@1
id: FOREIGN-D
revision: '1'
status: released
released: { by: Nora Feld, at: '2026-11-02T10:00:00+01:00' }
definition: FOREIGN-D
title: { en: Foreign, de: FOREIGN }
reactions:
  - id: look
    title: { en: Foreign, de: FOREIGN }
    steps: [{ id: look, title: { en: Foreign, de: FOREIGN } }]
    causes: [{ id: leak, title: { en: Foreign, de: FOREIGN } }]
attributes:
  - attribute: leaks
    title: { en: FOREIGN leaks, de: FOREIGN Lecks }
    operation: '10'
    class: standard
    counts: { from: verdicts, steps: [leak-rate] }
    charts: [{ id: leaks, kind: p, subgroup: { from: units, size: 20 }, limits: { from: given, average: 0.04 } }]
    reaction: look
`;

/** The demo's folder with a line, a station and a definition more. */
export function twoLines(): FileTree {
  const demo = folderTree(demoFolder);
  const files = new Map(filesOf(demo).map((path) => [path, demo.read(path)]));
  const of = (path: string): string => Buffer.from(files.get(path) ?? new Uint8Array()).toString('utf8');
  files.set(
    foreign.lineFile,
    text(
      `schema: linewright/line@1\nid: ${foreign.line}\ntitle: { en: Foreign, de: FOREIGN }\nsite: FOREIGN-S\narea: FOREIGN-A\nstations: [${foreign.station}]\n`,
    ),
  );
  files.set(
    foreign.stationFile,
    text(
      `schema: linewright/station@1\nid: ${foreign.station}\ntitle: { en: Foreign, de: FOREIGN }\ndevices: [FOREIGN-calliper]\n`,
    ),
  );
  files.set(
    'devices/FOREIGN-calliper.yaml',
    text(
      of('devices/calliper.yaml')
        .replaceAll('calliper.value', 'FOREIGN-calliper.value')
        .replace('id: calliper', 'id: FOREIGN-calliper')
        .replace('gaugeId: G-114', `gaugeId: ${foreign.gauge}`),
    ),
  );
  const register = of('gauges.yaml');
  const entry = register.slice(register.indexOf('  - id: G-114'), register.indexOf('  - id: G-115'));
  files.set(
    'gauges.yaml',
    text(
      register +
        entry
          .replace('G-114', foreign.gauge)
          .replace('device: calliper', 'device: FOREIGN-calliper')
          .replace('M-24', 'FOREIGN-M'),
    ),
  );
  const definition = of('definitions/PMP-200.A/definition.yaml');
  const first = definition.slice(0, definition.indexOf("  - id: '20'"));
  files.set(
    foreign.definitionFile,
    text(first.replace('id: PMP-200', 'id: FOREIGN-D').replaceAll('[ST05]', `[${foreign.station}]`)),
  );
  files.set(
    'machines/FOREIGN-m.yaml',
    text(
      `schema: linewright/machine@1\nid: ${foreign.machine.machineId}\ntitle: { en: Foreign, de: FOREIGN }\nstation: ${foreign.station}\nstate: { from: hand }\nmeter: { tag: FOREIGN-calliper.value, unit: mm, step: 1 }\n`,
    ),
  );
  files.set(foreign.planFile, text(foreignPlan));
  files.set(foreign.picture, files.get('definitions/PMP-200.A/images/housing.svg') ?? text('<svg/>'));
  return memoryTree('two lines', files);
}

/** What a station of a line told: a unit that was built twice, one event that nobody understands, and a fork. */
export async function foreignFacts(db: Db): Promise<void> {
  const { station, order, serial } = foreign;
  const stream = new StationStream(station);
  const definition = { id: 'FOREIGN-D', revision: 'A', hash: 'h' };
  stream.add('unit.created', {
    serial,
    orderId: order,
    materialId: 'PMP-200',
    definitionId: 'FOREIGN-D',
    revision: 'A',
    passed: [],
  });
  for (const executionId of ['FOREIGN-x1', 'FOREIGN-x2']) {
    stream.add('execution.started', { executionId, serial, orderId: order, definition, operationId: '10' });
    stream.add('measurement.recorded', { ...measured(executionId), gaugeId: foreign.gauge });
    stream.add('execution.passed', { executionId, serial, operationId: '10' });
  }
  stream.add('signal.raised', {
    signalId: 'FOREIGN-sg',
    pointId: 'FOREIGN-pt',
    chart: {
      planId: 'FOREIGN-D',
      revision: '1',
      hash: 'h',
      characteristicId: 'bore',
      chartId: 'bore',
      stationId: station,
    },
    definitionId: 'FOREIGN-D',
    operationId: '10',
    rules: [
      {
        set: 'nelson',
        id: '1',
        kind: 'beyond',
        count: null,
        points: null,
        sigmas: 3,
        plot: 'mean',
        members: ['FOREIGN-pt'],
      },
    ],
    lastInControl: null,
    suspects: [serial],
    reaction: { id: 'bore-off', steps: ['measure-again'] },
  });
  stream.add('call.raised', {
    callId: 'FOREIGN-ca',
    kind: 'maintenance',
    title: { en: 'FOREIGN', de: 'FOREIGN' },
    role: 'controls-engineer',
    machineId: null,
    serial,
    orderId: order,
    stopId: null,
    note: '',
  });
  stream.add('handover.written', {
    handoverId: 'FOREIGN-ho',
    shift: '2026-11-26/early',
    from: 0,
    to: 1,
    open: [],
    figures: {},
    note: '',
  });
  stream.add('point.charted', {
    pointId: 'FOREIGN-pc',
    chart: { ...foreign.chart, revision: '1', hash: 'h' },
    kind: 'p',
    definition,
    operationId: '10',
    values: [{ value: 1, serial, executionId: 'FOREIGN-x2', stepId: 'leak-rate', attempt: 1, index: 1 }],
    counted: { count: 1, size: 20, begunAt: 0, endedAt: 1 },
    plots: [{ plot: 'proportion', value: 0.05, limits: null }],
    phaseId: null,
    replaces: null,
  });
  stream.add('nonconformance.recorded', {
    nonconformanceId: 'FOREIGN-nc',
    defectId: 'FOREIGN-defect',
    severity: 'minor',
    definition: { id: 'FOREIGN-D', revision: 'A' },
    orderId: order,
    subject: { kind: 'units', serials: [serial] },
    operationId: '10',
    executionId: null,
    stepId: null,
    mark: null,
    note: 'FOREIGN note',
  });
  stream.add('nonconformance.amended', {
    nonconformanceId: 'FOREIGN-nc',
    amendmentId: 'FOREIGN-am',
    note: '',
    photo: { sha256: foreignPhoto, contentType: 'image/png', size: 4 },
    quantity: null,
    serials: [],
  });
  const ofStop = { stopId: 'FOREIGN-stop', machineId: foreign.machine.machineId } as const;
  const context = { orderId: order, definitionId: 'FOREIGN-D', operationId: '10' };
  stream.add('stop.opened', { ...ofStop, from: 1, state: 'fault', alarm: 'FOREIGN alarm', context });
  stream.add('stop.noted', {
    ...ofStop,
    noteId: 'FOREIGN-note',
    note: 'FOREIGN note',
    photo: { sha256: foreignPhoto, contentType: 'image/png', size: 4 },
  });
  const subject = {
    kind: 'check',
    definitionId: 'FOREIGN-D',
    revision: 'A',
    operationId: '10',
    stepId: 's',
    itemId: 'i',
  } as const;
  stream.add('study.begun', {
    studyId: 'FOREIGN-st',
    kind: 'agreement',
    gaugeId: null,
    tagId: null,
    subject,
    parts: ['FOREIGN-1', 'FOREIGN-2'].map((label) => ({ label, reference: null })),
    appraisers: ['mara', 'li'],
    trials: 2,
    seed: 1,
    order: [0, 1].map(() => [
      [0, 1],
      [0, 1],
    ]),
    method: 'anova',
    criteria: { kind: 'agreement', minKappa: 0.75, plan: null },
  });
  stream.add('study.abandoned', { studyId: 'FOREIGN-st', reason: 'FOREIGN' });
  stream.add('gauge.condemned', { condemnationId: 'FOREIGN-c', gaugeId: foreign.gauge, reason: 'FOREIGN' });
  const { machineId, from, to } = foreign.machine;
  stream.add('slice.begun', {
    machineId,
    beganAt: from,
    state: 'producing',
    told: null,
    alarm: null,
    context,
    clock: 'station',
  });
  stream.add('pieces.counted', {
    machineId,
    from,
    to,
    kind: 'counted',
    produced: 1,
    good: null,
    scrap: null,
    counter: { first: 1, last: 2 },
    cyclesMs: [],
    context,
  });
  const doubted = { doubtId: 'FOREIGN-dt', machineId, from, to, before: 2, now: 1, counted: 1 };
  stream.add('machine.doubted', { ...doubted, kind: 'counter-reset', tagId: null });
  stream.raw({ type: 'foreign.unheard-of', version: 1, body: { serial } });
  stream.raw({
    ...event('unit.held', { serial, holdId: 'h', reason: '', executionId: null, stepId: null, reasons: [] }),
    body: {},
  });
  await stream.send(db);
  await db.execute(
    `INSERT INTO blob (station_id, sha256, kind, size, content_type, name, received, touched_at, complete_at)
     VALUES ($1, $2, 'photo', 4, 'image/png', 'photo/FOREIGN', 4, now(), now())`,
    [station, foreignPhoto],
  );
  await db.execute('INSERT INTO blob_piece (station_id, sha256, from_byte, bytes) VALUES ($1, $2, 0, $3)', [
    station,
    foreignPhoto,
    Buffer.from('FOREIGN'),
  ]);
  await db.execute(`INSERT INTO fork (station_id, epoch, branch, from_seq, found_at) VALUES ($1, 'e1', '', 3, now())`, [
    station,
  ]);
  await db.execute(
    `INSERT INTO station_key (key_id, station_id, public_key, enrolled_at, enrolled_by)
     VALUES ('FOREIGN-key', $1, $2, now(), 'Anna')`,
    [station, new Uint8Array(32)],
  );
  for (const number of [1, 2]) {
    const key = `FOREIGN-${number}`;
    const body = {
      kind: 'unit-completed',
      key,
      orderId: order,
      serial,
      stationId: station,
      at: new Date(0).toISOString(),
    };
    await db.execute(
      `INSERT INTO erp_message (key, kind, order_id, body, created_at) VALUES ($1, 'unit-completed', $2, $3, 0)`,
      [key, order, JSON.stringify(body)],
    );
    await db.execute(
      `INSERT INTO erp_delivery (target, number, key, lane, state) VALUES ('FOREIGN-erp', $1, $2, $3, 'dead')`,
      [number, key, order],
    );
  }
  await db.execute(
    `INSERT INTO erp_lane (target, lane, waiting, next_try_at) VALUES ('FOREIGN-erp', $1, 0, 9000000000000)`,
    [order],
  );
}

/** An order of the line, released, so that there is something to see and to do. */
export async function foreignOrder(calls: Calls): Promise<void> {
  const made = await calls.orders.create({
    commandId: commandId(),
    orderId: foreign.order,
    definitionId: 'FOREIGN-D',
    revision: 'A',
    quantity: 10,
    dueAt: null,
    serialPrefix: 'FOREIGN-N',
  });
  const released = await calls.orders.release({ commandId: commandId(), orderId: foreign.order, version: 1 });
  if (!made.ok || !released.ok) throw new Error(JSON.stringify([made, released]));
}
