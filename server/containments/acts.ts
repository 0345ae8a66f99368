/** Containments that people begin and lift on the plant view: facts of the plant's stream; the holds follow (react.ts). */
import { randomUUID } from 'node:crypto';
import type { Criterion } from '#contract/containment.ts';
import { event } from '#contract/events/index.ts';
import type { PlantFault, PlantOutcome } from '#contract/plant/base.ts';
import type { PlantRight } from '#contract/plant/roles.ts';
import { isBegun, sameCriterion, type ContainmentPart } from '#domain/containments/containment.ts';
import { actorName } from '#domain/units/holder.ts';
import { plantFault } from '#domain/work-orders/decide.ts';
import type { Act } from '../act.ts';
import type { InForce, ReleasedConfiguration } from '../configuration.ts';
import type { PlantStream } from '../units/plant-stream.ts';
import { faultsOf, stationsOfDevices } from './devices.ts';

export interface ContainmentActs {
  begin(
    act: Act,
    asked: { readonly criterion: Criterion; readonly reason: string; readonly nonconformanceId: string | null },
  ): Promise<PlantOutcome>;
  lift(act: Act, containmentId: string, reason: string): Promise<PlantOutcome>;
}

const refused = (first: PlantFault, ...rest: readonly PlantFault[]): PlantOutcome => ({
  ok: false,
  faults: [first, ...rest],
});
const done = { ok: true, value: undefined } as const;

export function createContainmentActs(configuration: ReleasedConfiguration, plantStream: PlantStream): ContainmentActs {
  const nameOf = ({ by, stationId }: NonNullable<ContainmentPart['lifted']>): string =>
    actorName(by, stationId, configuration());
  return {
    async begin(act, { criterion, reason, nonconformanceId }) {
      const force = configuration();
      await needEverywhere(act, 'unit.hold', criterion, force);
      const [fault, ...more] = await faultsOf(act.tx, criterion, force);
      if (fault !== undefined) return refused(fault, ...more);
      // One after the other, so that two people do not begin the same.
      await act.tx.execute("SELECT pg_advisory_xact_lock(hashtext('containment'))");
      const rows = await act.tx.query<{ part: string }>(
        'SELECT part FROM containment WHERE kind = $1 AND lifted_at IS NULL',
        [criterion.kind],
      );
      const already = rows
        .map(({ part }) => JSON.parse(part) as ContainmentPart)
        .filter(isBegun)
        .find(({ begun }) => sameCriterion(begun.criterion, criterion));
      if (already !== undefined) {
        const { containmentId: containment, begun } = already;
        return refused(plantFault('containment.begun-already', { containment, by: nameOf(begun), begunAt: begun.at }));
      }
      const containmentId = randomUUID();
      const actor = { kind: 'person', id: act.caller.accountId } as const;
      await plantStream.append(act.tx, { actor, commandId: null, at: act.at }, [
        event('containment.begun', { containmentId, criterion, reason, nonconformanceId }),
      ]);
      await act.audit({
        what: 'containment.begun',
        subject: `containment:${containmentId}`,
        before: null,
        after: { criterion, reason },
      });
      return done;
    },
    async lift(act, containmentId, reason) {
      // Held to the end of the transaction, so that two people do not decide on the same state.
      const [row] = await act.tx.query<{ part: string }>(
        "SELECT part FROM containment WHERE containment_id = $1 AND part <> '' FOR UPDATE",
        [containmentId],
      );
      const containment = row === undefined ? null : (JSON.parse(row.part) as ContainmentPart);
      if (!isBegun(containment)) {
        act.need('unit.lift-hold', null);
        return refused(plantFault('containment.unknown', { containment: containmentId }));
      }
      await needEverywhere(act, 'unit.lift-hold', containment.begun.criterion, configuration());
      if (containment.lifted !== null)
        return refused(
          plantFault('containment.lifted-already', {
            by: nameOf(containment.lifted),
            liftedAt: containment.lifted.at,
          }),
        );
      const actor = { kind: 'person', id: act.caller.accountId } as const;
      await plantStream.append(act.tx, { actor, commandId: null, at: act.at }, [
        event('containment.lifted', { containmentId, reason }),
      ]);
      await act.audit({
        what: 'containment.lifted',
        subject: `containment:${containmentId}`,
        before: null,
        after: { reason },
      });
      return done;
    },
  };
}

/**
 * A lot, an order and a gauge may be met at any line; an operation at those of its routing, a device where it is and was, either
 * of its station alone where one is named.
 */
async function needEverywhere(act: Act, right: PlantRight, criterion: Criterion, force: InForce): Promise<void> {
  if (criterion.kind !== 'operation' && criterion.kind !== 'device') return act.need(right, null);
  const stations = criterion.stationId === null ? await stationsOf(act, criterion, force) : [criterion.stationId];
  if (stations.length === 0) return act.need(right, null);
  for (const lineId of new Set(stations.map((id) => force.lineOf(id)?.id ?? null))) act.need(right, lineId);
}

async function stationsOf(
  { tx }: Act,
  criterion: Extract<Criterion, { kind: 'operation' | 'device' }>,
  force: InForce,
): Promise<readonly string[]> {
  if (criterion.kind === 'device') return (await stationsOfDevices(tx, force)).get(criterion.deviceId) ?? [];
  return force.catalogue.definitions
    .filter(({ id }) => id === criterion.definitionId)
    .flatMap(({ operations }) => operations.filter(({ id }) => id === criterion.operationId))
    .flatMap((operation) => operation.stations);
}
