/** The part that goes in must be the material of the BOM line, traced as the line asks. */
import type { BomLine } from '#contract/config/definition.ts';
import type { ReleasedDefinition } from '#contract/config/index.ts';
import { event } from '#contract/events/index.ts';
import type { Entry } from '#contract/events/shared.ts';
import type { Reason } from '#contract/refusal.ts';
import { containmentOfLot } from '#domain/containments/containment.ts';
import { reason } from '#domain/decision.ts';
import type { ScannedComponent } from '#domain/facts.ts';
import { actorName, holderName, holdReason } from '#domain/units/holder.ts';
import type { StepContext, StepKind } from '../step-type.ts';

interface Fitted {
  readonly materialId: string;
  readonly lot: string | null;
  readonly serial: string | null;
  readonly entry: Entry;
}
export interface ScanComponentProgress {
  readonly fitted: readonly Fitted[];
}

export const bomLineOf = (definition: ReleasedDefinition, line: string): BomLine | null =>
  definition.bom.find((l) => l.line === line) ?? null;

/** One scan covers the whole quantity of a lot; each serialised piece is scanned. */
const scansNeeded = (line: BomLine | null): number =>
  line?.trace === 'serial' ? Math.max(1, Math.ceil(line.quantity)) : 1;

export const scanComponent: StepKind<'scan-component', ScanComponentProgress> = {
  type: 'scan-component',
  initial: () => ({ fitted: [] }),
  gates: () => [],
  act(def, progress, action, ctx) {
    const line = bomLineOf(ctx.definition, def.bomLine);
    if (line === null) {
      const { id, revision } = ctx.definition;
      return { ok: false, reasons: [reason('revision.unknown', { definition: id, revision })] };
    }
    const scanned = ctx.component;
    const materialId = scanned === null ? null : (scanned.materialId ?? gtinMaterial(scanned, ctx));
    if (scanned === null || materialId === null)
      return { ok: false, reasons: [reason('material.unknown', { code: action.code })] };
    const faults = componentFaults(line, materialId, scanned, progress, ctx);
    if (faults.length > 0) return { ok: false, reasons: faults };
    const { ref, unit } = ctx;
    // A repeated step takes out what an earlier run put in, unless that run was scanned in this very attempt.
    const replaced = progress.fitted.length > 0 ? [] : unit.components.filter((c) => c.bomLine === line.line);
    return {
      ok: true,
      events: [
        ...replaced.map((c) =>
          event('component.removed', {
            ...ref,
            bomLine: c.bomLine,
            materialId: c.materialId,
            lot: c.lot,
            componentSerial: c.serial,
          }),
        ),
        event('component.fitted', {
          ...ref,
          bomLine: line.line,
          materialId,
          lot: scanned.lot,
          componentSerial: scanned.serial,
          code: action.code,
          entry: action.entry,
        }),
      ],
    };
  },
  evolve(progress, happened) {
    if (happened.type !== 'component.fitted') return progress;
    const { materialId, lot, componentSerial, entry } = happened.body;
    return { fitted: [...progress.fitted, { materialId, lot, serial: componentSerial, entry }] };
  },
  outcome: (def, { fitted }, definition) =>
    fitted.length >= scansNeeded(bomLineOf(definition, def.bomLine)) ? 'passed' : 'open',
  summary(_def, { fitted }) {
    const last = fitted.at(-1);
    if (last === undefined) return null;
    return { kind: 'component', material: last.materialId, lot: last.lot, serial: last.serial, entry: last.entry };
  },
};

const gtinMaterial = (scanned: ScannedComponent, { facts }: StepContext): string | null =>
  scanned.gtin === null ? null : (facts.catalogue.materialByGtin(scanned.gtin)?.id ?? null);

function componentFaults(
  line: BomLine,
  materialId: string,
  scanned: ScannedComponent,
  progress: ScanComponentProgress,
  { facts, unit }: StepContext,
): readonly Reason[] {
  const faults: Reason[] = [];
  const bomLine = line.line;
  if (materialId !== line.material)
    faults.push(
      reason('material.wrong', {
        expected: line.material,
        expectedText: facts.catalogue.material(line.material)?.title ?? null,
        scanned: materialId,
        bomLine,
      }),
    );
  if (line.trace === 'lot' && scanned.lot === null)
    faults.push(reason('material.lot-missing', { material: materialId, bomLine }));
  if (line.trace === 'serial' && scanned.serial === null)
    faults.push(reason('material.serial-missing', { material: materialId, bomLine }));
  if (scanned.expiresAt !== null && scanned.expiresAt < facts.now)
    faults.push(reason('material.expired', { material: materialId, lot: scanned.lot, expiredAt: scanned.expiresAt }));
  const contained = scanned.lot === null ? null : containmentOfLot(materialId, scanned.lot, facts);
  if (contained !== null) {
    const { containmentId, begun } = contained;
    faults.push(
      reason('material.lot-contained', {
        material: materialId,
        lot: scanned.lot,
        why: begun.reason,
        by: actorName(begun.by, begun.stationId, facts),
        begunAt: begun.at,
        containment: containmentId,
      }),
    );
  }
  if (scanned.serial !== null) {
    // A unit that was built here or elsewhere and is on hold goes into no other.
    const built = facts.control.unit(scanned.serial);
    const hold = built?.materialId === materialId ? built.holds.find(({ liftedAt }) => liftedAt === null) : undefined;
    if (built !== null && hold !== undefined)
      faults.push(
        reason('unit.held', {
          serial: built.serial,
          reason: holdReason(hold, built, facts),
          by: holderName(hold, facts),
          heldAt: hold.at,
        }),
      );
    const serial = scanned.serial;
    const twice = progress.fitted.some((f) => f.materialId === materialId && f.serial === serial);
    const holder = twice ? unit.serial : facts.fittedIn(materialId, serial);
    const sameLine = unit.components.some(
      (c) => c.bomLine === bomLine && c.materialId === materialId && c.serial === serial,
    );
    // Its own piece from an earlier run of this step may be scanned again: it is still in the unit.
    if (holder !== null && (twice || holder !== unit.serial || !sameLine))
      faults.push(reason('component.already-fitted', { component: serial, serial: holder }));
  }
  return faults;
}
