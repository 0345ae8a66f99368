/**
 * B2MML out: messages as `ProcessProductionPerformance` (V0600) or `SyncJobResponseList` (V0700), XML or JSON. Elements
 * stand in the order of the schemas' `xsd:sequence` (ProductionResponseType, SegmentResponseType, MaterialActualType,
 * ProductionDataType; JobResponseListType, JobResponseType, OpMaterialActualType, OpSegmentDataType).
 */
import type { ErpMessage } from '#contract/integration/messages.ts';
import { b2mmlNamespaces } from './b2mml-words.ts';
import {
  counts,
  data,
  materials,
  operationOf,
  type B2mmlContext,
  type OrderMessage,
  type UnitMessage,
} from './b2mml-parts.ts';
import { jsonOf } from './tree-json.ts';
import { writeXml, type Tag } from './xml.ts';

export type B2mmlDocument = 'production-performance' | 'job-response';

/** Elements that may occur more than once: arrays in JSON also when there is one. */
const many = new Set([
  'ProductionPerformance',
  'ProductionResponse',
  'SegmentResponse',
  'ProcessSegmentID',
  'ProductionData',
  'PersonnelActual',
  'PersonID',
  'EquipmentActual',
  'EquipmentID',
  'MaterialActual',
  'MaterialDefinitionID',
  'MaterialLotID',
  'MaterialSubLotID',
  'MaterialActualProperty',
  'Quantity',
  'Value',
  'Description',
  'JobResponseList',
  'JobResponse',
  'JobResponseData',
]);

export function b2mmlXml(messages: readonly ErpMessage[], document: B2mmlDocument, context: B2mmlContext): string {
  const namespace = document === 'job-response' ? b2mmlNamespaces.job : b2mmlNamespaces.production;
  return writeXml(documentOf(messages, document, context), namespace, { releaseID: '1' });
}

export function b2mmlJson(messages: readonly ErpMessage[], document: B2mmlDocument, context: B2mmlContext): string {
  return JSON.stringify(jsonOf(documentOf(messages, document, context), many));
}

function documentOf(messages: readonly ErpMessage[], document: B2mmlDocument, context: B2mmlContext): Tag {
  const key = messages[0]?.key ?? 'none';
  const area: Tag = [
    'ApplicationArea',
    [
      [
        'Sender',
        [
          ['LogicalID', context.plantId],
          ['ComponentID', 'linewright'],
        ],
      ],
      ['CreationDateTime', context.createdAt],
      ['BODID', key],
    ],
  ];
  if (document === 'job-response') {
    return [
      'SyncJobResponseList',
      [
        area,
        [
          'DataArea',
          [
            ['Sync', []],
            [
              'JobResponseList',
              [
                ['ID', key],
                ['PublishedDate', context.createdAt],
                ['WorkType', 'Production'],
                ...messages.map((message) => jobResponse(message, context)),
              ],
            ],
          ],
        ],
      ],
    ];
  }
  return [
    'ProcessProductionPerformance',
    [
      area,
      [
        'DataArea',
        [
          ['Process', []],
          [
            'ProductionPerformance',
            [
              ['ID', key],
              ['HierarchyScope', scope(context.plantId, 'Site')],
              ['PublishedDate', context.createdAt],
              ...messages.map((message) => productionResponse(message, context)),
            ],
          ],
        ],
      ],
    ],
  ];
}

const scope = (equipment: string, level: string): readonly Tag[] => [
  ['EquipmentID', equipment],
  ['EquipmentElementLevel', level],
];

function stationScope(stationId: string, { lineOf }: B2mmlContext, child: string): Tag {
  const line = lineOf(stationId);
  const station = scope(stationId, 'WorkUnit');
  return ['HierarchyScope', line === null ? station : [...scope(line, 'WorkCenter'), [child, station]]];
}

/** ProductionResponse: ID, ProductionRequestID, rule, HierarchyScope, StartTime, EndTime, SegmentResponse, ResponseState. */
function productionResponse(message: ErpMessage, context: B2mmlContext): Tag {
  const operation = operationOf(message);
  return [
    'ProductionResponse',
    [
      ['ID', message.key],
      ['ProductionRequestID', message.orderId],
      operation === null ? undefined : ['ProductProductionRuleID', operation.definitionId],
      operation === null ? undefined : ['Version', operation.revision],
      ['StartTime', operation?.startedAt],
      ['EndTime', message.at],
      message.kind === 'order-changed' ? orderSegment(message) : segmentResponse(message, context),
      ['ResponseState', responseState(message, '0600')],
    ],
  ];
}

/** SegmentResponse: ID, ProcessSegmentID, HierarchyScope, Actual times, ProductionData, Personnel-, Equipment-, MaterialActual, SegmentState. */
function segmentResponse(message: UnitMessage, context: B2mmlContext): Tag {
  const operation = operationOf(message);
  return [
    'SegmentResponse',
    [
      ['ID', operation?.executionId ?? message.key],
      ['ProcessSegmentID', operation?.operationId],
      stationScope(message.stationId, context, 'HierarchyScope'),
      ['ActualStartTime', operation?.startedAt],
      ['ActualEndTime', message.at],
      ...data('ProductionData', 'ProductionData', message),
      personnel(message, false),
      ['EquipmentActual', [['EquipmentID', message.stationId]]],
      ...materials(message, false),
      ['SegmentState', message.kind === 'operation-stopped' ? 'Aborted' : 'Completed'],
    ],
  ];
}

/** Counts stand as data, not as material: each produced piece was told as one already, and sums must stay right. */
const orderSegment = (message: OrderMessage): Tag => [
  'SegmentResponse',
  [['ID', message.key], ...counts('ProductionData', message)],
];

/** JobResponse: ID, StartTime, EndTime, HierarchyScope, WorkType, JobOrderID, WorkMaster, node, JobState, data, actuals. */
function jobResponse(message: ErpMessage, context: B2mmlContext): Tag {
  const operation = operationOf(message);
  return [
    'JobResponse',
    [
      ['ID', message.key],
      ['StartTime', operation?.startedAt],
      ['EndTime', message.at],
      message.kind === 'order-changed' ? undefined : stationScope(message.stationId, context, 'HierarchyScopeChild'),
      ['WorkType', 'Production'],
      ['JobOrderID', message.orderId],
      ['WorkMasterID', operation?.definitionId],
      ['WorkMasterVersion', operation?.revision],
      ['WorkflowSpecificationNodeID', operation?.operationId],
      ['JobState', responseState(message, '0700')],
      ...(message.kind === 'order-changed'
        ? counts('JobResponseData', message)
        : data('JobResponseData', 'SegmentDataChild', message)),
      personnel(message, true),
      message.kind === 'order-changed'
        ? undefined
        : [
            'EquipmentActual',
            [
              ['ID', message.stationId],
              ['EquipmentID', message.stationId],
            ],
          ],
      ...(message.kind === 'order-changed' ? [] : materials(message, true)),
    ],
  ];
}

/** ResponseState1Type: V0600 has Ready Running Completed Aborted Holding Paused Other, V0700 Waiting, Held, Suspended and Closed. */
function responseState(message: ErpMessage, version: '0600' | '0700'): string {
  if (message.kind !== 'order-changed') return 'Running';
  switch (message.status) {
    case 'created':
      return version === '0600' ? 'Ready' : 'Waiting';
    case 'released':
      return 'Running';
    case 'held':
      return version === '0600' ? 'Holding' : 'Held';
    case 'closed':
      return version === '0600' ? 'Completed' : 'Closed';
    case 'finished':
      return 'Completed';
  }
}

function personnel(message: ErpMessage, job: boolean): Tag | undefined {
  const person = operationOf(message)?.person ?? null;
  if (person === null) return undefined;
  return ['PersonnelActual', [job ? ['ID', person] : undefined, ['PersonID', person]]];
}
