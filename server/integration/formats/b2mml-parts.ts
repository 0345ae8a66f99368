/** Parts of B2MML documents that say what was used, made and measured (b2mml-out.ts puts them in their places). */
import type { Consumption, ErpMessage, Measured } from '#contract/integration/messages.ts';
import type { Tag } from './xml.ts';

export interface B2mmlContext {
  readonly plantId: string;
  /** Line of a station; null: not known. */
  readonly lineOf: (stationId: string) => string | null;
  /** Instant of the document, ISO 8601. */
  readonly createdAt: string;
}

type OperationMessage = Extract<ErpMessage, { kind: 'operation-confirmed' | 'operation-stopped' }>;
export const operationOf = (message: ErpMessage): OperationMessage | null =>
  message.kind === 'operation-confirmed' || message.kind === 'operation-stopped' ? message : null;

export type UnitMessage = Exclude<ErpMessage, { kind: 'order-changed' }>;
export type OrderMessage = Extract<ErpMessage, { kind: 'order-changed' }>;

const pieces = (count: number): readonly Tag[] => [
  ['QuantityString', count],
  ['DataType', 'decimal'],
  ['UnitOfMeasure', 'C62'],
];

/** The unit itself when it is completed or scrap, and what was built into it. */
export function materials(message: UnitMessage, job: boolean): readonly Tag[] {
  const unit = (material: string | null | undefined, use: string): Tag => [
    'MaterialActual',
    [
      job ? ['ID', message.serial] : undefined,
      ['MaterialDefinitionID', material ?? undefined],
      ['MaterialSubLotID', message.serial],
      ['MaterialUse', use],
      ['Quantity', pieces(1)],
    ],
  ];
  if (message.kind === 'unit-completed') return [unit(message.material, 'Produced')];
  if (message.kind === 'unit-scrapped') return [unit(message.material, 'Other')];
  return message.consumption.map((part, at) => consumed(part, at, job));
}

const consumed = (part: Consumption, at: number, job: boolean): Tag => [
  'MaterialActual',
  [
    job ? ['ID', `${part.bomLine}-${at + 1}`] : undefined,
    ['MaterialDefinitionID', part.material],
    ['MaterialLotID', part.lot ?? undefined],
    ['MaterialSubLotID', part.serial ?? undefined],
    ['MaterialUse', 'Consumed'],
    ['Quantity', pieces(part.quantity)],
  ],
];

/** Serial number, scrap reason and measured values; the parts of a value stand below it. */
export function data(name: string, child: string, message: UnitMessage): readonly Tag[] {
  const serial: Tag = [
    name,
    [
      ['ID', 'SerialNumber'],
      ['Value', text(message.serial)],
    ],
  ];
  if (message.kind === 'unit-scrapped')
    return [
      serial,
      [
        name,
        [
          ['ID', 'ScrapReason'],
          ['Value', text(message.reason)],
        ],
      ],
    ];
  if (message.kind === 'unit-completed') return [serial];
  const cause: Tag | undefined =
    message.kind === 'operation-stopped'
      ? [
          name,
          [
            ['ID', 'StopCause'],
            ['Value', text(message.cause)],
          ],
        ]
      : undefined;
  return [
    serial,
    ...(cause === undefined ? [] : [cause]),
    ...message.measured.map((each) => measured(name, child, each)),
  ];
}

function measured(name: string, child: string, each: Measured): Tag {
  const part = (id: string, value: number | null): Tag | undefined =>
    value === null
      ? undefined
      : [
          child,
          [
            ['ID', id],
            ['Value', amount(value, each.unit)],
          ],
        ];
  return [
    name,
    [
      ['ID', each.characteristic],
      ['Value', amount(each.value, each.unit)],
      part('Nominal', each.nominal),
      part('LowerLimit', each.lower),
      part('UpperLimit', each.upper),
      [
        child,
        [
          ['ID', 'Verdict'],
          ['Value', text(each.verdict)],
        ],
      ],
      [
        child,
        [
          ['ID', 'Attempt'],
          ['Value', count(each.attempt)],
        ],
      ],
      [
        child,
        [
          ['ID', 'Index'],
          ['Value', count(each.index)],
        ],
      ],
      [
        child,
        [
          ['ID', 'At'],
          [
            'Value',
            [
              ['ValueString', each.at],
              ['DataType', 'dateTime'],
            ],
          ],
        ],
      ],
    ],
  ];
}

export const counts = (name: string, { status, quantity, done, scrapped }: OrderMessage): readonly Tag[] => [
  [
    name,
    [
      ['ID', 'OrderStatus'],
      ['Value', text(status)],
    ],
  ],
  [
    name,
    [
      ['ID', 'QuantityOrdered'],
      ['Value', count(quantity)],
    ],
  ],
  [
    name,
    [
      ['ID', 'QuantityGood'],
      ['Value', count(done)],
    ],
  ],
  [
    name,
    [
      ['ID', 'QuantityScrapped'],
      ['Value', count(scrapped)],
    ],
  ],
];

const text = (value: string): readonly Tag[] => [
  ['ValueString', value],
  ['DataType', 'string'],
];
const count = (value: number): readonly Tag[] => [
  ['ValueString', value],
  ['DataType', 'integer'],
];
const amount = (value: number, unit: string): readonly Tag[] => [
  ['ValueString', value],
  ['DataType', 'double'],
  ['UnitOfMeasure', unit],
];
