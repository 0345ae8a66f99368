/** From facts of stations to metrics. Pure. What a station is is its newest facts; counts go on from where they were. */
import type { Happened } from '#domain/happened.ts';
import type { DataType } from './payload.ts';

export interface Value {
  readonly stationId: string;
  readonly name: string;
  readonly type: DataType;
  readonly value: number | boolean | string | null;
  readonly unit: string | null;
  /** UTC ms by the station's clock. */
  readonly at: number;
}

/** Every station has these from the first birth on. */
export const standing: readonly Pick<Value, 'name' | 'type' | 'value'>[] = [
  { name: 'Work/State', type: 'string', value: 'idle' },
  { name: 'Work/Unit', type: 'string', value: null },
  { name: 'Work/Order', type: 'string', value: null },
  { name: 'Work/Operation', type: 'string', value: null },
  { name: 'Units/Passed', type: 'int64', value: 0 },
  { name: 'Units/Stopped', type: 'int64', value: 0 },
  { name: 'Units/Completed', type: 'int64', value: 0 },
  { name: 'Units/Scrapped', type: 'int64', value: 0 },
  { name: 'Signals/Raised', type: 'int64', value: 0 },
  { name: 'Signals/Closed', type: 'int64', value: 0 },
  { name: 'Signals/Newest', type: 'string', value: null },
];

/** An id as one level of a name. */
const level = (id: string): string => id.replaceAll(/[/+#\p{Cc}]/gu, '_');

/**
 * @param count what a count stands at now
 * @returns what the fact changes, in order; nothing for facts that are not published
 */
export function changesOf(event: Happened, count: (name: string) => number): readonly Value[] {
  const { stationId, at } = event;
  const set = (name: string, type: DataType, value: Value['value'], unit: string | null = null): Value => {
    return { stationId, name, type, value, unit, at };
  };
  const one = (name: string): Value => set(name, 'int64', count(name) + 1);
  const idle = (): readonly Value[] => [
    set('Work/State', 'string', 'idle'),
    set('Work/Unit', 'string', null),
    set('Work/Operation', 'string', null),
  ];
  switch (event.type) {
    case 'execution.started':
      return [
        set('Work/State', 'string', 'executing'),
        set('Work/Unit', 'string', event.body.serial),
        set('Work/Order', 'string', event.body.orderId),
        set('Work/Operation', 'string', event.body.operationId),
      ];
    case 'execution.passed':
      return [one('Units/Passed'), ...idle()];
    case 'execution.stopped':
      return [one('Units/Stopped'), ...idle()];
    case 'unit.completed':
      return event.body.again === true ? [] : [one('Units/Completed')];
    case 'unit.scrapped':
      return [one('Units/Scrapped')];
    case 'measurement.recorded': {
      const { characteristicId, reading } = event.body;
      return [set(`Characteristic/${level(characteristicId)}`, 'double', reading.value, reading.unit)];
    }
    case 'signal.raised': {
      const { planId, characteristicId, chartId } = event.body.chart;
      return [
        one('Signals/Raised'),
        set('Signals/Newest', 'string', [planId, characteristicId, chartId].map(level).join('/')),
      ];
    }
    case 'signal.closed':
      // Closed elsewhere, and told there.
      return event.body.elsewhere === null ? [one('Signals/Closed')] : [];
    default:
      return [];
  }
}
