/**
 * What a containment is about: everything that fits goes on hold, at all stations, also what is made or told later. Instants are
 * UTC ms of the stations' clocks, both ends count; `until` null: until the containment is lifted.
 */
import { z } from 'zod';
import type { UnitStatus } from './rpc/units.ts';

const id = z.string().min(1).max(64);
const window = { from: z.number(), until: z.number().nullable() };

export const criterionSchema = z.discriminatedUnion('kind', [
  /** Units that hold components of the lot, and units that hold such units. */
  z.strictObject({ kind: z.literal('lot'), materialId: id, lot: id }),
  /** Units whose operation passed in that time. `stationId` null: at any station. */
  z.strictObject({
    kind: z.literal('operation'),
    definitionId: id,
    operationId: id,
    stationId: id.nullable(),
    ...window,
  }),
  z.strictObject({ kind: z.literal('order'), orderId: id }),
  /** Units that were measured with the gauge in that time. */
  z.strictObject({ kind: z.literal('gauge'), gaugeId: id, ...window }),
  /** Units that the device served in that time: ran a cycle on, or gave a value of. `stationId` null: at any station. */
  z.strictObject({ kind: z.literal('device'), deviceId: id, stationId: id.nullable(), ...window }),
]);
export type Criterion = z.infer<typeof criterionSchema>;
export type CriterionKind = Criterion['kind'];
export const criterionKinds = [
  'lot',
  'operation',
  'order',
  'device',
  'gauge',
] as const satisfies readonly CriterionKind[];

/** What fits now and would be on hold, as far as it was heard. */
export interface ContainmentPreview {
  /** Scrapped units are none of them. */
  readonly units: number;
  /** Of them those that are on hold already, for whatever reason. */
  readonly onHold: number;
  /** The first 20 of them. */
  readonly first: readonly {
    readonly serial: string;
    readonly status: UnitStatus;
    readonly stationId: string | null;
  }[];
}
