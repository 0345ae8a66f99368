import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageSchema, type ErpMessage } from '#contract/integration/messages.ts';
import { b2mmlJson, b2mmlXml, type B2mmlDocument } from './b2mml-out.ts';
import type { B2mmlContext } from './b2mml-parts.ts';
import { writeCsv } from './csv-out.ts';
import type { Element } from './tree.ts';
import { readJsonTree } from './tree-json.ts';
import { readXml } from './xml.ts';

const context: B2mmlContext = {
  plantId: 'demo',
  lineOf: (station) => (station === 'ST10' ? 'L1' : null),
  createdAt: '2026-11-25T12:00:01.000Z',
};
const confirmed: ErpMessage = {
  kind: 'operation-confirmed',
  key: 'passed:8f2c',
  orderId: 'WO-10452',
  at: '2026-11-25T12:00:00.000Z',
  serial: 'PMP100-2600417',
  definitionId: 'PMP-100',
  revision: 'C',
  operationId: '10',
  stationId: 'ST10',
  executionId: '8f2c',
  startedAt: '2026-11-25T11:56:00.000Z',
  person: 'nora',
  consumption: [
    { bomLine: '10', material: 'HSG-100', quantity: 1, lot: 'L<2&3>', serial: null, at: '2026-11-25T11:57:00.000Z' },
    { bomLine: '20', material: 'IMP-100', quantity: 1, lot: null, serial: 'I-77', at: '2026-11-25T11:57:30.000Z' },
  ],
  measured: [
    {
      characteristic: 'bore-b',
      index: 1,
      attempt: 2,
      value: 24.003,
      unit: 'mm',
      nominal: 24,
      lower: 23.98,
      upper: null,
      verdict: 'ok',
      at: '2026-11-25T11:59:00.000Z',
    },
  ],
};
const completed: ErpMessage = {
  kind: 'unit-completed',
  key: 'completed:PMP100-2600417',
  orderId: 'WO-10452',
  at: '2026-11-25T12:00:00.000Z',
  material: 'PMP-100',
  serial: 'PMP100-2600417',
  stationId: 'ST10',
};
const scrapped: ErpMessage = { ...completed, kind: 'unit-scrapped', key: 'scrapped:S', reason: 'crack "A" <b>' };
const order: ErpMessage = {
  kind: 'order-changed',
  key: 'order:WO-10452:finished',
  orderId: 'WO-10452',
  at: '2026-11-25T12:00:00.000Z',
  status: 'finished',
  quantity: 400,
  done: 400,
  scrapped: 2,
};
const stopped: ErpMessage = {
  ...confirmed,
  kind: 'operation-stopped',
  key: 'stopped:8f2d',
  cause: 'held',
  person: null,
};
const messages = [confirmed, stopped, completed, scrapped, order];

/** What the schemas put into a sequence, in its order (only what is written here, with what stands between left out). */
const sequences: Readonly<Record<B2mmlDocument, Readonly<Record<string, readonly string[]>>>> = {
  'production-performance': {
    ProcessProductionPerformance: ['ApplicationArea', 'DataArea'],
    ApplicationArea: ['Sender', 'Receiver', 'CreationDateTime', 'Signature', 'BODID', 'UserArea'],
    Sender: ['LogicalID', 'ComponentID', 'TaskID', 'ReferenceID', 'ConfirmationCode', 'AuthorizationID'],
    DataArea: ['Process', 'ProductionPerformance'],
    ProductionPerformance:
      'ID Description Location HierarchyScope PublishedDate ProductionScheduleID StartTime EndTime EquipmentElementLevel ProductionResponse PerformanceState'.split(
        ' ',
      ),
    ProductionResponse:
      'ID ProductionRequestID ProductProductionRuleID Version Location HierarchyScope StartTime EndTime SegmentResponse ResponseState'.split(
        ' ',
      ),
    SegmentResponse:
      'ID ProcessSegmentID ProductSegmentID Description Location HierarchyScope ActualStartTime ActualEndTime ProductionData PersonnelActual EquipmentActual PhysicalAssetActual MaterialActual SegmentResponse RequiredByRequestedSegmentResponse SegmentState'.split(
        ' ',
      ),
    ProductionData: ['ID', 'Description', 'Value', 'RequiredByRequestedSegmentResponse', 'ProductionData'],
    PersonnelActual: ['PersonnelClassID', 'PersonID', 'Description'],
    EquipmentActual: ['EquipmentClassID', 'EquipmentID', 'Description'],
    MaterialActual:
      'MaterialClassID MaterialDefinitionID MaterialLotID MaterialSubLotID Description Location HierarchyScope MaterialUse Quantity AssemblyActual MaterialActualProperty'.split(
        ' ',
      ),
    HierarchyScope: ['EquipmentID', 'EquipmentElementLevel', 'HierarchyScope'],
    Quantity: ['QuantityString', 'DataType', 'UnitOfMeasure', 'Key'],
    Value: ['ValueString', 'DataType', 'UnitOfMeasure', 'Key'],
  },
  'job-response': {
    SyncJobResponseList: ['ApplicationArea', 'DataArea'],
    ApplicationArea: ['Sender', 'Receiver', 'CreationDateTime', 'Signature', 'BODID', 'UserArea'],
    Sender: ['LogicalID', 'ComponentID', 'TaskID', 'ReferenceID', 'ConfirmationCode', 'AuthorizationID'],
    DataArea: ['Sync', 'JobResponseList'],
    JobResponseList:
      'ID Version PublishedDate StartTime EndTime Description HierarchyScope WorkType JobState JobResponse'.split(' '),
    JobResponse:
      'ID Description Version PublishedDate StartTime EndTime HierarchyScope WorkType JobOrderID WorkDirective WorkDirectiveVersion WorkMasterID WorkMasterVersion WorkflowSpecificationID WorkflowSpecificationNodeID JobState JobResponseData PersonnelActual EquipmentActual PhysicalAssetActual MaterialActual RequiredByRequestedSegmentResponse'.split(
        ' ',
      ),
    JobResponseData: ['ID', 'Description', 'HierarchyScope', 'Value', 'SegmentDataChild'],
    SegmentDataChild: ['ID', 'Description', 'HierarchyScope', 'Value', 'SegmentDataChild'],
    PersonnelActual: ['ID', 'PersonnelClassID', 'PersonID', 'Description'],
    EquipmentActual: ['ID', 'EquipmentClassID', 'EquipmentID', 'Description'],
    MaterialActual:
      'ID MaterialClassID MaterialDefinitionID MaterialLotID MaterialSubLotID Description MaterialUse SpatialDefinition StorageLocation Quantity AssemblyActual HierarchyScope TestResult MaterialActualProperty'.split(
        ' ',
      ),
    HierarchyScope: ['EquipmentID', 'EquipmentElementLevel', 'HierarchyScopeChild'],
    HierarchyScopeChild: ['EquipmentID', 'EquipmentElementLevel', 'HierarchyScopeChild'],
    Quantity: ['QuantityString', 'DataType', 'UnitOfMeasure', 'Key'],
    Value: ['ValueString', 'DataType', 'UnitOfMeasure', 'Key'],
  },
};
/** Enumerations of B2MML-Common: V0600 and V0700. */
const enumerations: Readonly<Record<string, readonly string[]>> = {
  EquipmentElementLevel: 'Enterprise Site Area ProductionLine WorkCell WorkCenter WorkUnit Other'.split(' '),
  MaterialUse: ['Consumed', 'Produced', 'Other'],
  WorkType: ['Production', 'Maintenance', 'Quality', 'Inventory', 'Mixed', 'Other'],
  DataType: ['string', 'integer', 'decimal', 'double', 'dateTime'],
  ResponseState: ['Ready', 'Running', 'Completed', 'Aborted', 'Holding', 'Paused', 'Other'],
  SegmentState: ['Ready', 'Running', 'Completed', 'Aborted', 'Holding', 'Paused', 'Other'],
  JobState: ['Waiting', 'Ready', 'Running', 'Completed', 'Aborted', 'Held', 'Suspended', 'Closed', 'Other'],
};

function disorder(element: Element, document: B2mmlDocument, path = ''): string[] {
  const here = `${path}/${element.name}`;
  const sequence = sequences[document][element.name];
  const faults: string[] = [];
  const allowed = enumerations[element.name];
  if (allowed !== undefined && !allowed.includes(element.text)) faults.push(`${here} is ${element.text}`);
  if (element.children.length > 0) {
    if (sequence === undefined) return [...faults, `${here} is not in the table`];
    const places = element.children.map(({ name }) => sequence.indexOf(name));
    if (places.includes(-1)) faults.push(`${here} has ${element.children[places.indexOf(-1)]?.name ?? ''}`);
    if (places.some((place, at) => place < (places[at - 1] ?? 0))) faults.push(`${here} is not in order`);
  }
  return [...faults, ...element.children.flatMap((child) => disorder(child, document, here))];
}

/** Name, text and children alone. */
const plain = ({ name, text, children }: Element): unknown => ({ name, text, children: children.map(plain) });
const xmlTree = (text: string): Element => {
  const { root, fault } = readXml(text);
  if (fault !== null) throw new Error(fault.problem);
  return root;
};
const jsonTree = (text: string): Element => {
  const { root, fault } = readJsonTree(text);
  if (fault !== null) throw new Error(fault.problem);
  return root;
};

describe.each(['production-performance', 'job-response'] as const)('%s', (document) => {
  it('has its elements in the order of the schema and its words of the enumerations', () => {
    expect(disorder(xmlTree(b2mmlXml(messages, document, context)), document)).toEqual([]);
  });
  it('says the same in XML and in JSON', () => {
    expect(plain(jsonTree(b2mmlJson(messages, document, context)))).toEqual(
      plain(xmlTree(b2mmlXml(messages, document, context))),
    );
  });
  it('whatever texts and numbers are in it, it can be read again', () => {
    const message = fc.record({
      kind: fc.constant('unit-scrapped' as const),
      key: fc.string({ unit: 'binary' }),
      orderId: fc.string(),
      at: fc.constant('2026-11-25T12:00:00.000Z'),
      serial: fc.string({ unit: 'grapheme' }),
      stationId: fc.constant('ST10'),
      reason: fc.string({ unit: 'binary' }),
    });
    fc.assert(
      fc.property(message, (each) => {
        expect(disorder(xmlTree(b2mmlXml([each], document, context)), document)).toEqual([]);
        JSON.parse(b2mmlJson([each], document, context));
      }),
      { numRuns: 200 },
    );
  });
  it.each(['xml', 'json'] as const)('is the example of the documentation (%s)', (kind) => {
    const file = new URL(`../../../docs/integration/${document}.${kind}`, import.meta.url);
    const text =
      kind === 'xml'
        ? b2mmlXml(messages, document, context)
        : `${JSON.stringify(JSON.parse(b2mmlJson(messages, document, context)), null, 2)}\n`;
    if (process.env['UPDATE_GOLDENS'] !== undefined || !existsSync(file)) writeFileSync(file, text);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});

it('the messages of these tests are what the contract says', () => {
  for (const message of messages) expect(messageSchema.parse(message)).toEqual(message);
});

it('CSV that is written holds nothing that a spreadsheet would run', () => {
  const text = writeCsv([
    ['value'],
    ["=cmd|' /C calc'!A0"],
    ['+1'],
    ['-2'],
    ['@SUM(1)'],
    ['\t=1'],
    ['a;"b"'],
    [-5],
    [null],
  ]);
  expect(text).toBe(
    "\ufeffvalue\r\n'=cmd|' /C calc'!A0\r\n'+1\r\n'-2\r\n'@SUM(1)\r\n'\t=1\r\n\"a;\"\"b\"\"\"\r\n-5\r\n\r\n",
  );
});
