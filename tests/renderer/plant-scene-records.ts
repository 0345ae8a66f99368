/** Invented units, stations and trouble of `plant-scene.ts`. */
import type { PlantStation } from '#contract/plant/stations.ts';
import type { DeadLetterRow, PublishRow, ForkRow, QuarantineRow } from '#contract/plant/trouble.ts';
import type { PlantCase, PlantFact, PlantUnit } from '#contract/plant/units.ts';

const minute = 60_000;
const hour = 60 * minute;
const text = (en: string, de: string): { en: string; de: string } => ({ en, de });
const mara = { kind: 'person', id: 'mara.keller' } as const;
const li = { kind: 'person', id: 'li.chen' } as const;

export const epochs = { st10: '4f1c9a7e02b84d55a1c3', st20: '90be2277aa104be1b2c4', lost: '17aa03dd5c9e4f6780ab' };

export function cases(): PlantCase[] {
  const now = Date.now();
  return [
    {
      caseId: 'case-1',
      kind: 'built-twice',
      serial: 'PMP100-2600409',
      openedAt: now - 12 * minute,
      details: {
        operation: '10',
        executions: 'x-8812, x-1190',
        stations: 'ST10, ST11',
        firstAt: now - 3 * hour,
        lastAt: now - 2 * hour,
        restsOn: 'facts',
      },
      closed: null,
    },
    {
      caseId: 'case-2',
      kind: 'held-meanwhile',
      serial: 'PMP100-2600398',
      openedAt: now - 3 * hour,
      details: {
        operation: '10',
        execution: 'x-8790',
        station: 'ST10',
        startedAt: now - 4 * hour,
        hold: 'h-44',
        heldStation: 'ST20',
        heldAt: now - 5 * hour,
        liftedAt: null,
        restsOn: 'clocks',
      },
      closed: null,
    },
  ];
}

export function unit(): PlantUnit {
  const now = Date.now();
  const serial = 'PMP100-2600409';
  return {
    serial,
    orderId: 'WO-10452',
    materialId: 'PMP-100',
    status: 'held',
    stationId: 'ST20',
    changedAt: now - 4 * minute,
    foundBy: null,
    openCases: 1,
    passport: {
      serial,
      origins: [
        {
          orderId: 'WO-10452',
          materialId: 'PMP-100',
          definitionId: 'PMP-100',
          revision: 'C',
          stationId: 'ST05',
          at: now - 4 * hour,
          imported: false,
        },
      ],
      passed: [
        { operationId: '05', executionId: 'x-8801', stationId: 'ST05', at: now - 3.8 * hour },
        { operationId: '10', executionId: 'x-8812', stationId: 'ST10', at: now - 3 * hour },
        { operationId: '10', executionId: 'x-1190', stationId: 'ST11', at: now - 2 * hour },
      ],
      runs: [
        {
          executionId: 'x-8801',
          operationId: '05',
          stationId: 'ST05',
          startedAt: now - 4 * hour,
          ended: { at: now - 3.8 * hour, how: 'passed' },
        },
        {
          executionId: 'x-8812',
          operationId: '10',
          stationId: 'ST10',
          startedAt: now - 3.2 * hour,
          ended: { at: now - 3 * hour, how: 'passed' },
        },
        {
          executionId: 'x-1190',
          operationId: '10',
          stationId: 'ST11',
          startedAt: now - 2.2 * hour,
          ended: { at: now - 2 * hour, how: 'passed' },
        },
        { executionId: 'x-9001', operationId: '20', stationId: 'ST20', startedAt: now - 12 * minute, ended: null },
      ],
      holds: [
        {
          holdId: 'h-51',
          reason: '',
          reasons: [
            {
              code: 'value.out-of-limits',
              params: {
                value: 0.42,
                unit: 'mbar',
                lower: null,
                upper: 0.3,
                characteristicText: text('Leak rate', 'Leckrate'),
              },
            },
          ],
          operationId: '20',
          stepId: 'leak',
          stationId: 'ST20',
          at: now - 4 * minute,
          by: mara,
          lifted: null,
        },
        {
          holdId: 'h-12',
          reason: 'Scratch on the flange',
          reasons: [],
          operationId: null,
          stepId: null,
          stationId: 'ST10',
          at: now - 2.9 * hour,
          by: mara,
          lifted: { at: now - 2.5 * hour, by: li, stationId: 'ST10' },
        },
      ],
      scrapped: null,
      completed: null,
    },
    components: [
      { bomLine: '10', materialId: 'HSG-22', lot: 'H-22817', serial: null, at: now - 4 * hour, removed: false },
      { bomLine: '20', materialId: 'IMP-9', lot: null, serial: 'IMP-009112', at: now - 3.1 * hour, removed: false },
      { bomLine: '30', materialId: 'SEAL-3', lot: 'S-0031', serial: null, at: now - 3.1 * hour, removed: true },
    ],
    cases: [cases()[0]!],
  };
}

export function facts(): PlantFact[] {
  const now = Date.now();
  const make = (
    stationId: string,
    epoch: string,
    seq: number,
    ago: number,
    type: string,
    body: unknown,
    by: PlantFact['by'] = mara,
  ): PlantFact => ({
    stationId,
    epoch,
    branch: '',
    seq,
    at: now - ago,
    receivedAt: now - ago + 700,
    type,
    by,
    body,
  });
  return [
    make('ST20', epochs.st20, 4_410, 4 * minute, 'unit.held', { serial: 'PMP100-2600409', holdId: 'h-51', reason: '' }),
    make(
      'ST20',
      epochs.st20,
      4_409,
      5 * minute,
      'measurement.recorded',
      { characteristicId: 'leak', value: 0.42, unit: 'mbar', verdict: 'above' },
      { kind: 'device', id: 'leak-tester' },
    ),
    make('ST20', epochs.st20, 4_401, 12 * minute, 'execution.started', { executionId: 'x-9001', operationId: '20' }),
    make(
      'ST11',
      epochs.lost,
      118,
      2 * hour,
      'execution.passed',
      { executionId: 'x-1190', operationId: '10' },
      { kind: 'person', id: 'tom.brandt' },
    ),
    make('ST10', epochs.st10, 90_217, 3 * hour, 'execution.passed', { executionId: 'x-8812', operationId: '10' }),
    make('ST10', epochs.st10, 90_210, 3.1 * hour, 'component.fitted', {
      bomLine: '20',
      materialId: 'IMP-9',
      serial: 'IMP-009112',
    }),
    make(
      'ST05',
      epochs.st10,
      12_004,
      4 * hour,
      'unit.created',
      { serial: 'PMP100-2600409', orderId: 'WO-10452' },
      { kind: 'person', id: 'sam.okafor' },
    ),
  ];
}

export function stations(): PlantStation[] {
  const now = Date.now();
  const make = (
    stationId: string,
    title: { en: string; de: string },
    lineId: string,
    over: Partial<PlantStation> = {},
  ): PlantStation => ({
    stationId,
    title,
    lineId,
    link: 'linked',
    heardAt: now - 900,
    version: '0.2.0',
    configHash: 'b1946ac92492d2347c6235b4d2611184b1946ac92492d2347c6235b4d2611184',
    clockDriftMs: 12,
    unsent: { count: 0, oldestAt: null },
    blobsWaiting: 0,
    events: 90_217,
    keys: [
      { keyId: `key-${stationId}-a1`, enrolledAt: now - 90 * 24 * hour, enrolledBy: 'ravi.nair', revokedAt: null },
    ],
    streams: [{ epoch: epochs.st10, branch: '', seq: 90_217, lastReceivedAt: now - 1_200 }],
    ...over,
  });
  return [
    make('ST05', text('Kitting', 'Kommissionieren'), 'L1'),
    make('ST10', text('Press and measure', 'Einpressen und Messen'), 'L1', {
      streams: [
        { epoch: epochs.st10, branch: '', seq: 90_217, lastReceivedAt: now - 1_200 },
        { epoch: epochs.lost, branch: 'b1', seq: 118, lastReceivedAt: now - 2 * hour },
      ],
      keys: [
        {
          keyId: 'key-ST10-a1',
          enrolledAt: now - 200 * 24 * hour,
          enrolledBy: 'ravi.nair',
          revokedAt: now - 20 * 24 * hour,
        },
        { keyId: 'key-ST10-b7', enrolledAt: now - 20 * 24 * hour, enrolledBy: 'ravi.nair', revokedAt: null },
      ],
    }),
    make('ST20', text('Leak test', 'Dichtprüfung'), 'L1', { clockDriftMs: 94_000, version: '0.1.0' }),
    make('ST30', text('Final assembly', 'Endmontage'), 'L1', {
      unsent: { count: 37, oldestAt: now - 8 * minute },
      blobsWaiting: 12,
    }),
    make('V30', text('Inspection', 'Prüfung'), 'L2', {
      link: 'silent',
      heardAt: now - 25 * minute,
      unsent: { count: 4, oldestAt: now - 26 * minute },
    }),
    make('T10', text('Rig 1', 'Prüfstand 1'), 'L3', {
      link: 'never',
      heardAt: null,
      version: null,
      configHash: null,
      clockDriftMs: null,
      events: 0,
      keys: [],
      streams: [],
    }),
  ];
}

export function quarantine(count = 3): QuarantineRow[] {
  const now = Date.now();
  return Array.from({ length: count }, (_, index): QuarantineRow => ({
    id: `q-${index + 1}`,
    stationId: index % 2 === 0 ? 'ST10' : 'V30',
    epoch: epochs.st10,
    branch: '',
    seq: 90_100 + index,
    type: index % 3 === 0 ? 'vision.judged' : 'measurement.recorded',
    version: index % 3 === 0 ? 1 : 3,
    at: now - 3 * hour - index * minute,
    receivedAt: now - 3 * hour - index * minute + 400,
    reason: (['unknown-type', 'unknown-version', 'projection-failed'] as const)[index % 3]!,
    detail: index % 3 === 2 ? 'no unit with serial PMP100-2600555' : '',
    record: JSON.stringify({
      seq: 90_100 + index,
      type: 'vision.judged',
      version: 1,
      body: { serial: 'PMP100-2600401', verdict: 'ok', camera: 'C2' },
    }),
  }));
}
export function forks(): ForkRow[] {
  return [
    {
      stationId: 'ST10',
      epoch: epochs.lost,
      branch: 'b1',
      fromSeq: 101,
      foundAt: Date.now() - 2 * hour,
      events: 18,
      acknowledged: null,
    },
    {
      stationId: 'V30',
      epoch: epochs.st20,
      branch: 'b1',
      fromSeq: 7,
      foundAt: Date.now() - 40 * 24 * hour,
      events: 3,
      acknowledged: {
        at: Date.now() - 39 * 24 * hour,
        by: 'ravi.nair',
        note: 'Disk of V30 was put back from the Friday backup',
      },
    },
  ];
}
export function published(): PublishRow[] {
  const url = 'mqtts://broker.example.com:8883';
  const at = Date.now();
  return [
    {
      lineId: 'L1',
      nodeId: 'werk-sued/L1',
      url,
      state: 'published',
      since: at - 5_400_000,
      problem: null,
      detail: '',
      behind: 0,
    },
    {
      lineId: 'L2',
      nodeId: 'werk-sued/L2',
      url,
      state: 'failing',
      since: at - 3_600_000,
      problem: 'user',
      detail: `no connection to ${url}: Connection refused: Not authorized`,
      behind: 1_284,
    },
  ];
}
export function deadLetters(): DeadLetterRow[] {
  return [
    {
      id: 'd-1',
      target: 'erp',
      kind: 'production-confirmation',
      idempotencyKey: 'WO-10452/214',
      createdAt: Date.now() - 5 * hour,
      tries: 12,
      lastError: '422 Unprocessable: posting period 2026-10 is closed',
      body: JSON.stringify({ order: 'WO-10452', material: 'PMP-100', quantity: 1, at: '2026-11-22T09:14:03Z' }),
    },
    {
      id: 'd-2',
      target: 'erp',
      kind: 'consumption',
      idempotencyKey: 'WO-10452/214/10',
      createdAt: Date.now() - 5 * hour,
      tries: 12,
      lastError: 'connect ECONNREFUSED 10.0.4.20:8443',
      body: '<MaterialConsumption><ID>HSG-22</ID></MaterialConsumption>',
    },
  ];
}
