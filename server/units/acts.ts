/** What people decide about units on the plant view: holds and lifts as facts of the plant's stream, cases closed with a note. */
import { randomUUID } from 'node:crypto';
import { event, type DomainEvent } from '#contract/events/index.ts';
import type { Passport, PassportHold } from '#contract/passport.ts';
import { dispositionOf, type NonconformancePart } from '#domain/nonconformances/nonconformance.ts';
import { plantFault } from '#domain/work-orders/decide.ts';
import type { PlantFault, PlantOutcome } from '#contract/plant/base.ts';
import { tellChanged } from '../changes-feed.ts';
import type { Act } from '../act.ts';
import type { InForce, ReleasedConfiguration } from '../configuration.ts';
import { publishAll, type NewDocument } from '../downlink/publish.ts';
import { scopesOfUnit } from '../projections/write.ts';
import type { PlantStream } from './plant-stream.ts';

export interface UnitActs {
  hold(act: Act, serial: string, reason: string): Promise<PlantOutcome>;
  liftHold(act: Act, serial: string, holdId: string, reason: string): Promise<PlantOutcome>;
  closeCase(act: Act, caseId: string, note: string): Promise<PlantOutcome>;
}

const refused = (fault: PlantFault): { readonly ok: false; readonly faults: readonly PlantFault[] } => ({
  ok: false,
  faults: [fault],
});
const done = { ok: true, value: undefined } as const;

interface Locked {
  readonly passport: Passport;
  readonly lineId: string | null;
}

export function createUnitActs(configuration: ReleasedConfiguration, plantStream: PlantStream): UnitActs {
  /** Held to the end of the transaction, so that two people do not decide on the same state. */
  const lock = async ({ tx }: Act, serial: string): Promise<Locked | null> => {
    const [row] = await tx.query<{ passport: string }>(
      'SELECT passport FROM unit WHERE serial = $1 AND order_id IS NOT NULL FOR UPDATE',
      [serial],
    );
    if (row === undefined) return null;
    const passport = JSON.parse(row.passport) as Passport;
    return { passport, lineId: lineOf(passport, configuration()) };
  };
  const record = async (act: Act, one: DomainEvent): Promise<void> =>
    plantStream.append(act.tx, { actor: { kind: 'person', id: act.caller.accountId }, commandId: null, at: act.at }, [
      one,
    ]);

  return {
    async hold(act, serial, reason) {
      const unit = await lock(act, serial);
      if (unit === null) return refused(plantFault('unit.unknown', { serial }, 'serial'));
      act.need('unit.hold', unit.lineId);
      const { scrapped, holds } = unit.passport;
      if (scrapped !== null) return refused(plantFault('unit.scrapped', { serial }));
      const open = holds.find(({ lifted }) => lifted === null);
      if (open !== undefined) return refused(plantFault('unit.held-already', { serial, by: byOf(open) }));
      const holdId = randomUUID();
      await record(act, event('unit.held', { serial, holdId, reason, executionId: null, stepId: null, reasons: [] }));
      await act.audit({ what: 'unit.held', subject: `unit:${serial}`, before: null, after: { holdId, reason } });
      return done;
    },
    async liftHold(act, serial, holdId, reason) {
      const unit = await lock(act, serial);
      if (unit === null) return refused(plantFault('unit.unknown', { serial }, 'serial'));
      act.need('unit.lift-hold', unit.lineId);
      const hold = unit.passport.holds.find((each) => each.holdId === holdId);
      if (hold === undefined) return refused(plantFault('hold.unknown', { hold: holdId, serial }, 'holdId'));
      if (hold.lifted !== null) {
        const { at, by, stationId } = hold.lifted;
        return refused(plantFault('hold.lifted', { hold: holdId, by: byOf({ by, stationId }), liftedAt: at }));
      }
      const signalId = hold.reasons.find(({ code }) => code === 'process.signal')?.params['signal'];
      const [open] =
        typeof signalId === 'string'
          ? await act.tx.query<{ station_id: string }>('SELECT station_id FROM signal WHERE signal_id = $1 AND open', [
              signalId,
            ])
          : [];
      if (open !== undefined)
        return refused(plantFault('hold.of-open-signal', { hold: holdId, serial, station: open.station_id }));
      const ncId = hold.reasons.find(({ code }) => code === 'unit.nonconforming')?.params['nonconformance'];
      const [nc] =
        typeof ncId === 'string'
          ? await act.tx.query<{ part: string }>(
              'SELECT part FROM nonconformance WHERE nonconformance_id = $1 AND recorded_at IS NOT NULL',
              [ncId],
            )
          : [];
      if (nc !== undefined && dispositionOf(JSON.parse(nc.part) as NonconformancePart, serial) === null)
        return refused(plantFault('hold.of-open-nonconformance', { hold: holdId, serial }));
      await record(act, event('unit.hold-lifted', { serial, holdId, reason }));
      await act.audit({ what: 'unit.hold-lifted', subject: `unit:${serial}`, before: { holdId }, after: { reason } });
      return done;
    },
    async closeCase(act, caseId, note) {
      const { tx } = act;
      const [closed] = await tx.query<{ closed_by: string; closed_at: number }>(
        'SELECT closed_by, closed_at FROM case_closing WHERE case_id = $1',
        [caseId],
      );
      if (closed !== undefined)
        return refused(plantFault('case.closed', { by: closed.closed_by, closedAt: closed.closed_at }));
      const [row] = await tx.query<{ serial: string }>('SELECT serial FROM unit_case WHERE case_id = $1 FOR UPDATE', [
        caseId,
      ]);
      const unit = row === undefined ? null : await lock(act, row.serial);
      if (row === undefined || unit === null) return refused(plantFault('case.unknown', { case: caseId }, 'caseId'));
      act.need('case.close', unit.lineId);
      await tx.execute(
        `INSERT INTO case_closing (case_id, serial, kind, opened_at, details, closed_at, closed_by, note)
         SELECT case_id, serial, kind, opened_at, details, $2, $3, $4 FROM unit_case WHERE case_id = $1`,
        [caseId, act.at, act.caller.name, note],
      );
      await publishAll(
        tx,
        scopesOfUnit(unit.passport, configuration()).map((scope): NewDocument => ({
          scope,
          kind: 'case',
          id: caseId,
          body: null,
        })),
      );
      await act.audit({ what: 'case.closed', subject: `case:${caseId}`, before: null, after: { note } });
      await tellChanged(tx, 'units');
      return done;
    },
  };
}

const byOf = ({ by, stationId }: Pick<PassportHold, 'by' | 'stationId'>): string =>
  by.kind === 'person' || by.kind === 'device' ? by.id : by.kind === 'import' ? by.source : stationId;

/** The line by whose people the unit is decided about; null: of several or none, then the right for the plant is wanted. */
function lineOf(passport: Passport, force: InForce): string | null {
  const station = passport.runs[0]?.stationId;
  const line = station === undefined ? null : (force.lineOf(station)?.id ?? null);
  if (line !== null) return line;
  const scopes = scopesOfUnit(passport, force);
  const [only] = scopes;
  return scopes.length === 1 && only?.startsWith('line:') === true ? only.slice('line:'.length) : null;
}
