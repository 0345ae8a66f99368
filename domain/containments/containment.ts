/**
 * A containment: a join of what its log and the server told (docs/server.md). The earliest beginning and lifting count, so it does
 * not depend on the order in which things are heard.
 */
import type { Criterion } from '#contract/containment.ts';
import type { Reason } from '#contract/refusal.ts';
import type { ContainmentBody } from '#contract/sync/down.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import { reason } from '#domain/decision.ts';
import type { Facts } from '#domain/facts.ts';
import type { Happened } from '#domain/happened.ts';

export const containmentEvents = ['containment.begun', 'containment.lifted'] as const;

/** What is known, also of one whose beginning was not heard of yet. */
export interface ContainmentPart {
  readonly containmentId: string;
  readonly begun: ContainmentBody['begun'] | null;
  readonly lifted: ContainmentBody['lifted'];
}
export interface Containment extends ContainmentPart {
  readonly begun: ContainmentBody['begun'];
}

export const isBegun = (part: ContainmentPart | null): part is Containment => part !== null && part.begun !== null;
export const isInForce = (part: ContainmentPart): boolean => part.begun !== null && part.lifted === null;

export const noContainment = (containmentId: string): ContainmentPart => ({ containmentId, begun: null, lifted: null });

export function evolveContainment(part: ContainmentPart | null, event: Happened): ContainmentPart | null {
  const told = { at: event.at, by: event.actor, stationId: event.stationId };
  switch (event.type) {
    case 'containment.begun': {
      const { containmentId: id, ...body } = event.body;
      return joinContainments(part ?? noContainment(id), { ...noContainment(id), begun: { ...body, ...told } });
    }
    case 'containment.lifted': {
      const { containmentId: id, reason: words } = event.body;
      return joinContainments(part ?? noContainment(id), { ...noContainment(id), lifted: { reason: words, ...told } });
    }
    default:
      return part;
  }
}

interface Told {
  readonly at: number;
  readonly stationId: string;
}
function firstOf<T extends Told>(a: T | null, b: T | null): T | null {
  if (a === null || b === null) return a ?? b;
  return a.at < b.at || (a.at === b.at && a.stationId <= b.stationId) ? a : b;
}

export const joinContainments = (a: ContainmentPart, b: ContainmentPart): ContainmentPart => ({
  containmentId: a.containmentId,
  begun: firstOf(a.begun, b.begun),
  lifted: firstOf(a.lifted, b.lifted),
});

/** The hold of a containment on a unit, the same whoever puts it on. */
export const containmentHoldId = (containmentId: string, serial: string): string => `${containmentId}/${serial}`;

/** The containment that a hold is of; null: of none. */
export function containmentOfHold(reasons: readonly Reason[]): string | null {
  const found = reasons.find(({ code }) => (holdCodes as readonly string[]).includes(code));
  const id = found?.params['containment'];
  return typeof id === 'string' ? id : null;
}
const holdCodes = [
  'containment.lot',
  'containment.operation',
  'containment.order',
  'containment.gauge',
  'containment.device',
] as const;

/** Why a unit is on hold. */
export function containmentReason(
  { containmentId: containment, begun }: Containment,
  catalogue: Pick<Catalogue, 'material' | 'device'>,
): Reason {
  const { criterion, reason: why } = begun;
  switch (criterion.kind) {
    case 'lot': {
      const { materialId, lot } = criterion;
      const materialText = catalogue.material(materialId)?.title ?? { en: materialId, de: materialId };
      return reason('containment.lot', { containment, material: materialId, materialText, lot, why });
    }
    case 'operation': {
      const { definitionId: definition, operationId: operation, stationId: station, from, until } = criterion;
      return reason('containment.operation', {
        containment,
        definition,
        operation,
        station,
        fromAt: from,
        untilAt: until,
        why,
      });
    }
    case 'order':
      return reason('containment.order', { containment, order: criterion.orderId, why });
    case 'gauge': {
      const { gaugeId: gauge, from, until } = criterion;
      return reason('containment.gauge', { containment, gauge, fromAt: from, untilAt: until, why });
    }
    case 'device': {
      const { deviceId: device, stationId: station, from, until } = criterion;
      const deviceText = catalogue.device(device)?.title ?? { en: device, de: device };
      return reason('containment.device', {
        containment,
        device,
        deviceText,
        station,
        fromAt: from,
        untilAt: until,
        why,
      });
    }
  }
}

/** Of criteria that say the same; windows differ by their instants. */
export const sameCriterion = (a: Criterion, b: Criterion): boolean => keyOf(a) === keyOf(b);
const keyOf = (criterion: Criterion): string =>
  JSON.stringify(Object.entries(criterion).sort(([x], [y]) => (x < y ? -1 : 1)));

/** The containment of a lot that may be fitted nowhere; null: none. */
export const containmentOfLot = (
  materialId: string,
  lot: string,
  { containments }: Pick<Facts, 'containments'>,
): Containment | null =>
  containments
    .inForce()
    .find(
      ({ begun: { criterion } }) =>
        criterion.kind === 'lot' && criterion.materialId === materialId && criterion.lot === lot,
    ) ?? null;
