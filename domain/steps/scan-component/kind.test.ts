import { beforeEach, describe, expect, it } from 'vitest';
import { codes, startAt } from '#domain/test-kit.ts';
import { begin, current, fresh, label, scan, types, world } from '../test-kit.ts';

beforeEach(fresh);

describe('scan-component', () => {
  beforeEach(begin);

  it('material.wrong, with what was expected', () => {
    const decision = scan(label('NUT', { lot: 'L1' }));
    expect(decision.ok || decision.reasons).toEqual([
      {
        code: 'material.wrong',
        params: {
          expected: 'HSG',
          expectedText: world.catalogue.material('HSG')?.title,
          scanned: 'NUT',
          bomLine: '10',
        },
      },
    ]);
    expect(current()).toBe('housing');
  });
  it('material.unknown for what is not understood or has no known GTIN', () => {
    expect(codes(scan(null))).toEqual(['material.unknown']);
    expect(codes(scan(label(null)))).toEqual(['material.unknown']);
    expect(codes(scan(label(null, { gtin: '09999999999994' })))).toEqual(['material.unknown']);
  });
  it('material.lot-missing, material.expired, both at once with a wrong material', () => {
    expect(codes(scan(label('HSG')))).toEqual(['material.lot-missing']);
    expect(codes(scan(label('NUT', { expiresAt: startAt - 1 })))).toEqual([
      'material.wrong',
      'material.lot-missing',
      'material.expired',
    ]);
    expect(scan(label('HSG', { lot: 'L1', expiresAt: startAt })).ok).toBe(true);
  });
  it('finds the material by its GTIN and records the lot', () => {
    expect(types(scan(label(null, { gtin: '04000001000017', lot: 'L9' })))[0]).toBe('component.fitted');
    expect(world.units.get('P-0001')?.components[0]).toMatchObject({ materialId: 'HSG', lot: 'L9', bomLine: '10' });
  });
  it('material.serial-missing; each serialised piece is scanned; component.already-fitted', () => {
    scan(label('HSG', { lot: 'L1' }));
    expect(codes(scan(label('IMP', { lot: 'L1' })))).toEqual(['material.serial-missing']);
    expect(types(scan(label('IMP', { serial: 'I1' })))).toEqual(['component.fitted']);
    const twice = scan(label('IMP', { serial: 'I1' }));
    expect(twice.ok || twice.reasons).toEqual([
      { code: 'component.already-fitted', params: { component: 'I1', serial: 'P-0001' } },
    ]);
    expect(types(scan(label('IMP', { serial: 'I2' })))).toEqual(['component.fitted', 'step.passed', 'step.started']);
  });
  it('material.lot-contained until the containment is lifted', () => {
    world.signIn('lead', 'right');
    const contained = world.do({
      type: 'containment.begin',
      criterion: { kind: 'lot', materialId: 'HSG', lot: 'L1' },
      reason: 'pores',
      nonconformanceId: null,
    });
    const refused = scan(label('HSG', { lot: 'L1' }));
    expect(refused.ok || refused.reasons).toMatchObject([
      { code: 'material.lot-contained', params: { material: 'HSG', lot: 'L1', why: 'pores', begunAt: startAt } },
    ]);
    const containmentId = contained.ok ? (contained.value?.['containmentId'] ?? '') : '';
    world.do({ type: 'containment.lift', containmentId, reason: 'sorted' });
    expect(scan(label('HSG', { lot: 'L1' })).ok).toBe(true);
  });
  it('unit.held for a piece that is itself a unit on hold, until it is released', () => {
    /** P-0002 as a unit of this material with this serial number, as another line builds it. */
    const built = (materialId: string): void => {
      const unit = world.units.get('P-0002');
      if (unit === undefined) throw new Error('P-0002');
      world.units.set('I1', { ...unit, serial: 'I1', materialId });
    };
    const fit = () => scan(label('IMP', { serial: 'I1' }));
    scan(label('HSG', { lot: 'L1' }));
    const held = world.do({ type: 'unit.hold', serial: 'P-0002', reason: 'dropped' });
    expect(held.ok).toBe(true);
    built('IMP');
    const refused = fit();
    expect(refused.ok || refused.reasons).toMatchObject([
      { code: 'unit.held', params: { serial: 'I1', reason: 'dropped', heldAt: startAt } },
    ]);
    // The same number of another material is another piece.
    built('NUT');
    expect(fit().ok).toBe(true);
    fresh();
    begin();
    scan(label('HSG', { lot: 'L1' }));
    world.do({ type: 'unit.hold', serial: 'P-0002', reason: 'dropped' });
    world.signIn('lead', 'right');
    expect(codes(world.do({ type: 'unit.lift-hold', serial: 'P-0002', reason: 'looked at' }))).toEqual([]);
    built('IMP');
    expect(fit().ok).toBe(true);
  });
  it('component.already-fitted in another unit', () => {
    scan(label('HSG', { lot: 'L1' }));
    scan(label('IMP', { serial: 'I1' }));
    world.do({ type: 'unit.hold', serial: 'P-0001', reason: 'dropped' });
    world.do({ type: 'execution.start', serial: 'P-0002' });
    world.act({ type: 'instruction', do: 'confirm' });
    scan(label('HSG', { lot: 'L1' }));
    expect(codes(scan(label('IMP', { serial: 'I1' })))).toEqual(['component.already-fitted']);
  });
  it('takes out what an earlier run of the step put in; the same piece may go in again', () => {
    scan(label('HSG', { lot: 'L1' }));
    scan(label('IMP', { serial: 'I1' }));
    world.do({ type: 'unit.hold', serial: 'P-0001', reason: 'check' });
    world.signIn('lead', 'right');
    world.do({ type: 'unit.lift-hold', serial: 'P-0001', reason: 'fine' });
    begin();
    expect(types(scan(label('HSG', { lot: 'L2' }))).slice(0, 2)).toEqual(['component.removed', 'component.fitted']);
    expect(types(scan(label('IMP', { serial: 'I1' })))).toEqual(['component.removed', 'component.fitted']);
    scan(label('IMP', { serial: 'I3' }));
    expect(world.units.get('P-0001')?.components.map((c) => c.lot ?? c.serial)).toEqual(['L2', 'I1', 'I3']);
  });
});
