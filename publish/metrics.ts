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
  { name: 'Calls/Raised', type: 'int64', value: 0 },
  { name: 'Calls/Closed', type: 'int64', value: 0 },
  { name: 'Calls/Newest', type: 'string', value: null },
];

/** An id as one level of a name. */
export const level = (id: string): string => id.replaceAll(/[/+#\p{Cc}]/gu, '_');
const machine = (machineId: string): string => `Machine/${level(machineId)}`;
/** What is told of older stops is theirs; the metrics are of the newest one. */
const isNewest = (
  { machineId, stopId }: { readonly machineId: string; readonly stopId: string },
  held: (name: string) => Value['value'],
): boolean => held(`${machine(machineId)}/Stop/Newest`) === stopId;

/**
 * @param held what a metric of the fact's station stands at now; null: it was not told yet, or as null
 * @returns what the fact changes, in order; nothing for facts that are not published
 */
export function changesOf(event: Happened, held: (name: string) => Value['value']): readonly Value[] {
  const { stationId, at } = event;
  const set = (name: string, type: DataType, value: Value['value'], unit: string | null = null): Value => {
    return { stationId, name, type, value, unit, at };
  };
  const more = (name: string, by: number): Value => set(name, 'int64', Number(held(name) ?? 0) + by);
  const one = (name: string): Value => more(name, 1);
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
    case 'slice.begun': {
      const { machineId, state, beganAt } = event.body;
      return [{ ...set(`${machine(machineId)}/State`, 'string', state), at: beganAt }];
    }
    case 'pieces.counted': {
      const { machineId, to, produced, good, scrap } = event.body;
      const name = machine(machineId);
      const counts = [more(`${name}/Produced`, produced)];
      // One counter of the two is enough; with neither nobody knows here which of them were good.
      if (good !== null || scrap !== null) {
        const goodNow = good ?? Math.max(0, produced - (scrap ?? 0));
        counts.push(more(`${name}/Good`, goodNow), more(`${name}/Scrap`, scrap ?? Math.max(0, produced - goodNow)));
      }
      return counts.map((count) => ({ ...count, at: to }));
    }
    case 'energy.used': {
      const { machineId, to, steps, openSteps, step, unit } = event.body;
      const name = `${machine(machineId)}/Energy`;
      // Rounded as a double is for sure: sums of 0.001 stay sums of 0.001.
      const sum = Number((Number(held(name) ?? 0) + (steps + openSteps) * step).toPrecision(15));
      return [{ ...set(name, 'double', sum, unit), at: to }];
    }
    case 'stop.opened': {
      const { machineId, stopId } = event.body;
      const name = machine(machineId);
      return [
        set(`${name}/Stop/Newest`, 'string', stopId),
        set(`${name}/Stop/Open`, 'boolean', true),
        set(`${name}/Stop/Reason`, 'string', null),
      ];
    }
    case 'stop.ended':
      return isNewest(event.body, held) ? [set(`${machine(event.body.machineId)}/Stop/Open`, 'boolean', false)] : [];
    case 'stop.classified':
      return isNewest(event.body, held)
        ? [set(`${machine(event.body.machineId)}/Stop/Reason`, 'string', event.body.reason.id)]
        : [];
    case 'call.raised':
      return [one('Calls/Raised'), set('Calls/Newest', 'string', event.body.kind)];
    case 'call.closed':
      return event.body.elsewhere === null ? [one('Calls/Closed')] : [];
    default:
      return [];
  }
}
