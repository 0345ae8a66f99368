/** A work order of the plant and its shares for lines (job orders), as the rules see it. */
import type { OrderStatus } from '#contract/rpc/orders.ts';
import type { Line } from '#contract/config/plant.ts';
import type { ProcessDefinition } from '#contract/config/definition.ts';

export interface JobShare {
  readonly lineId: string;
  readonly quantity: number;
}
export interface JobOrder extends JobShare {
  readonly jobOrderId: string;
}
export interface WorkOrder {
  readonly orderId: string;
  readonly materialId: string;
  readonly definitionId: string;
  readonly revision: string;
  readonly status: OrderStatus;
  readonly holdReason: string | null;
  readonly quantity: number;
  /** 0 first. */
  readonly priority: number;
  /** UTC ms. */
  readonly dueAt: number | null;
  readonly serialPrefix: string;
  /** `erp`, `csv`, `plant`, `station:ID`, `file`. */
  readonly source: string;
  /** In order of line ids. */
  readonly jobs: readonly JobOrder[];
  /** Counts changes, from 1. */
  readonly version: number;
}

export const jobOrderId = (orderId: string, lineId: string): string => `${orderId}:${lineId}`;

/** Operations of which the line has no station, in order of the routing. */
export const operationsMissing = (definition: Pick<ProcessDefinition, 'operations'>, line: Line): string[] =>
  definition.operations
    .filter(({ stations }) => !stations.some((station) => line.stations.includes(station)))
    .map(({ id }) => id);

/** Lines that can do every operation. */
export const ableLines = (definition: Pick<ProcessDefinition, 'operations'>, lines: readonly Line[]): Line[] =>
  lines.filter((line) => operationsMissing(definition, line).length === 0);

/** Stations of the line where a unit can come into being: those of the operations that wait for none. */
export function creatingStations(definition: Pick<ProcessDefinition, 'operations'>, line: Line): string[] {
  const first = definition.operations.filter(({ after }) => after.length === 0).flatMap(({ stations }) => stations);
  return line.stations.filter((station) => first.includes(station));
}
