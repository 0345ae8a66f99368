/** Dispositions that people decide on the plant view: facts of the plant's stream, by the very rules of the stations. */
import { randomUUID } from 'node:crypto';
import type { Passport } from '#contract/passport.ts';
import type { PlantFault, PlantOutcome } from '#contract/plant/base.ts';
import { event, type DomainEvent } from '#contract/events/index.ts';
import { plantStationId } from '#contract/sync/protocol.ts';
import { asHappened } from '#domain/happened.ts';
import {
  checkDisposition,
  dispositionEvents,
  type DisposeAsked,
  type DisposeGround,
} from '#domain/nonconformances/dispose.ts';
import {
  evolveNonconformance,
  isRecorded,
  serialsOf,
  standingOf,
  type Nonconformance,
  type NonconformancePart,
} from '#domain/nonconformances/nonconformance.ts';
import { unitFromPassport } from '#domain/units/merge.ts';
import type { Unit } from '#domain/units/unit-state.ts';
import { plantFault } from '#domain/work-orders/decide.ts';
import type { Act } from '../act.ts';
import type { ReleasedConfiguration } from '../configuration.ts';
import { asPlantFault } from '../reason-fault.ts';
import type { PlantStream } from '../units/plant-stream.ts';

export interface NonconformanceActs {
  dispose(act: Act, nonconformanceId: string, asked: DisposeAsked): Promise<PlantOutcome>;
}

const refused = (faults: readonly [PlantFault, ...PlantFault[]]): PlantOutcome => ({ ok: false, faults });

export function createNonconformanceActs(
  configuration: ReleasedConfiguration,
  plantStream: PlantStream,
): NonconformanceActs {
  return {
    async dispose(act, nonconformanceId, asked) {
      const nc = await lock(act, nonconformanceId);
      const force = configuration();
      if (nc === null) return refused([plantFault('nonconformance.unknown', { nonconformance: nonconformanceId })]);
      const lineId = force.lineOf(nc.recorded.stationId)?.id ?? null;
      act.need(asked.kind === 'use-as-is' ? 'nonconformance.concede' : 'nonconformance.dispose', lineId);
      const ground = await groundOf(act, nc, asked, configuration);
      const { faults, beyond } = checkDisposition(nc, asked, ground);
      // Beyond the limit only quality may: whoever may grant a concession.
      if (beyond.length > 0) act.need('nonconformance.concede', lineId);
      const [first, ...rest] = faults.map(asPlantFault);
      if (first !== undefined) return refused([first, ...rest]);
      const dispositionId = randomUUID();
      const events = dispositionEvents(nc, asked, dispositionId, ground);
      const actor = { kind: 'person', id: act.caller.accountId } as const;
      await plantStream.append(act.tx, { actor, commandId: null, at: act.at }, withClosing(nc, events, actor, act.at));
      await act.audit({
        what: 'nonconformance.disposed',
        subject: `nonconformance:${nonconformanceId}`,
        before: null,
        after: { dispositionId, ...asked },
      });
      return { ok: true, value: undefined };
    },
  };
}

function withClosing(
  nc: Nonconformance,
  events: readonly DomainEvent[],
  actor: { readonly kind: 'person'; readonly id: string },
  at: number,
): readonly DomainEvent[] {
  const stamp = { at, actor, stationId: plantStationId };
  const then = events.reduce<NonconformancePart | null>(
    (part, e) => evolveNonconformance(part, asHappened(e, stamp)),
    nc,
  );
  if (!isRecorded(then) || then.closed !== null || standingOf(then).status !== 'closed') return events;
  return [...events, event('nonconformance.closed', { nonconformanceId: nc.nonconformanceId })];
}

/** Held to the end of the transaction, so that two people do not decide on the same state. */
async function lock({ tx }: Act, nonconformanceId: string): Promise<Nonconformance | null> {
  const [row] = await tx.query<{ part: string }>(
    'SELECT part FROM nonconformance WHERE nonconformance_id = $1 AND recorded_at IS NOT NULL FOR UPDATE',
    [nonconformanceId],
  );
  const part = row === undefined ? null : (JSON.parse(row.part) as NonconformancePart);
  return isRecorded(part) ? part : null;
}

async function groundOf(
  { tx, at }: Act,
  nc: Nonconformance,
  asked: DisposeAsked,
  configuration: ReleasedConfiguration,
): Promise<DisposeGround> {
  const rows = await tx.query<{ serial: string; passport: string }>(
    'SELECT serial, passport FROM unit WHERE serial = ANY($1) AND order_id IS NOT NULL ORDER BY serial FOR UPDATE',
    [serialsOf(nc)],
  );
  const units = new Map<string, Unit>(
    rows.map(({ serial, passport }) => [serial, unitFromPassport(JSON.parse(passport) as Passport)]),
  );
  const [used] = await tx.query<{ n: number | null }>(
    'SELECT sum(pieces)::int AS n FROM concession_use WHERE number = $1',
    [asked.concession?.number.trim() ?? ''],
  );
  return {
    now: at,
    catalogue: configuration().catalogue,
    unit: (serial) => units.get(serial) ?? null,
    conceded: () => used?.n ?? 0,
  };
}
